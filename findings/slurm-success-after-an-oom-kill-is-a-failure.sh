#!/usr/bin/env bash
# Slurm 22.05.8 (Debian 12): a batch script that ends with 0 is no success where the kernel has ended any process of it for its memory.
#
# A script may expect that: it tries with much memory, sees status 137, and does the work in smaller parts. With cgroups the job is
# OUT_OF_MEMORY all the same, with the exit code 0:125, and what waits for it by `afterok` never runs; it stays in
# the queue as DependencyNeverSatisfied. So neither the state nor the exit code says whether the script has succeeded; a file that it
# writes at its end does.
#
# Seen (one node on loopback, no accounting): see the lines below.
set -eu
[ -w /sys/fs/cgroup/memory ] || { echo "this needs cgroups of version 1, and root" >&2; exit 1; }
if ! command -v slurmctld >/dev/null; then
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends slurm-wlm=22.05.8\* munge python3 >/dev/null
fi
slurmctld -V | grep -F 'slurm-wlm 22.05.8'
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"
  find /sys/fs/cgroup/*/slurm_n1 -depth -type d -delete 2>/dev/null' EXIT
cd "$work"
head -c 128 /dev/urandom >munge.key; chmod 400 munge.key
munged --foreground --force --key-file="$PWD/munge.key" --socket="$PWD/munge.socket" --pid-file="$PWD/munged.pid" \
  --log-file="$PWD/munged.log" --seed-file="$PWD/munge.seed" 2>/dev/null &
mkdir state spool
cat >slurm.conf <<CONF
ClusterName=finding
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=36827
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$PWD/munge.socket
StateSaveLocation=$PWD/state
SlurmdSpoolDir=$PWD/spool
SlurmctldPidFile=$PWD/slurmctld.pid
SlurmdPidFile=$PWD/slurmd.pid
SlurmctldLogFile=$PWD/slurmctld.log
SlurmdLogFile=$PWD/slurmd.log
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
MpiDefault=none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
NodeName=n1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=36828 CPUs=1 RealMemory=1000
PartitionName=main Nodes=n1 Default=YES State=UP
CONF
cat >cgroup.conf <<CONF
CgroupPlugin=cgroup/v1
CgroupMountpoint=/sys/fs/cgroup
ConstrainRAMSpace=yes
AllowedSwapSpace=0
CONF
export SLURM_CONF=$PWD/slurm.conf
until [ -S munge.socket ]; do sleep 0.1; done
slurmctld -D 2>/dev/null &
slurmd -D -N n1 2>/dev/null &
until [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ]; do sleep 0.2; done

cat >job.sh <<'JOB'
#!/bin/sh
python3 -c 'held = bytearray(300_000_000)' || echo "the first try ended with $?"
echo "the second try succeeds"
exit 0
JOB
id=$(sbatch --parsable --mem=100M --output=out --error=err job.sh)
next=$(sbatch --parsable --mem=100M --dependency="afterok:$id" --output=next --wrap="echo next")
until squeue --noheader --states=all --format=%T --job="$id" | grep -qvE 'PENDING|RUNNING|COMPLETING'; do sleep 0.2; done
until squeue --noheader --format=%r --job="$next" | grep -q Never; do sleep 0.2; done
{
  cat out
  squeue --noheader --states=all --format='%T %r' --job="$id"
  scontrol show job "$id" | grep -o 'ExitCode=[^ ]*'
  squeue --noheader --states=all --format='%T %r' --job="$next"
} | tee seen
diff seen - <<'SEEN'
the first try ended with 137
the second try succeeds
OUT_OF_MEMORY OutOfMemory
ExitCode=0:125
PENDING DependencyNeverSatisfied
SEEN
