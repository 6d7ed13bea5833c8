#!/usr/bin/env bash
# Slurm 22.05.8 (Debian 12): a job that ran and was killed for taking more memory than it asked for is FAILED with the
# reason "JobLaunchFailure", and not OUT_OF_MEMORY.
#
# So it is where memory is watched by JobAcctGatherParams=OverMemoryKill and not by cgroups. Who tells ends apart by the state and
# the reason takes it for a node that could not start the job, and tries again. What happened stands in one place that a
# program of the user's can read: the job's own standard error.
#
# Seen (one node on loopback, no accounting): squeue prints "FAILED JobLaunchFailure", scontrol "ExitCode=0:9" for a job that had
# run for two seconds; its standard error has "Exceeded job memory limit".
set -eu
if ! command -v slurmctld >/dev/null; then
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends slurm-wlm=22.05.8\* munge python3 >/dev/null
fi
slurmctld -V | grep -F 'slurm-wlm 22.05.8'
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT
cd "$work"
head -c 128 /dev/urandom >munge.key; chmod 400 munge.key
munged --foreground --force --key-file="$PWD/munge.key" --socket="$PWD/munge.socket" --pid-file="$PWD/munged.pid" \
  --log-file="$PWD/munged.log" --seed-file="$PWD/munge.seed" 2>/dev/null &
mkdir state spool
cat >slurm.conf <<CONF
ClusterName=finding
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=36817
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
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
NodeName=n1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=36818 CPUs=1 RealMemory=1000
PartitionName=main Nodes=n1 Default=YES State=UP
CONF
export SLURM_CONF=$PWD/slurm.conf
until [ -S munge.socket ]; do sleep 0.1; done
slurmctld -D 2>/dev/null &
slurmd -D -N n1 2>/dev/null &
until [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ]; do sleep 0.2; done

cat >job.sh <<'JOB'
#!/bin/sh
echo "it runs"
python3 -c 'import time; held = bytearray(300_000_000); time.sleep(60)'
JOB
id=$(sbatch --parsable --mem=100M --output=out --error=err job.sh)
until squeue --noheader --states=all --format=%T --job="$id" | grep -qvE 'PENDING|RUNNING|COMPLETING'; do sleep 0.2; done
{
  cat out
  squeue --noheader --states=all --format='%T %r' --job="$id"
  scontrol show job "$id" | grep -o 'ExitCode=[^ ]*'
  grep -o 'Exceeded job memory limit' err | head -1
} | tee seen
diff seen - <<'SEEN'
it runs
FAILED JobLaunchFailure
ExitCode=0:9
Exceeded job memory limit
SEEN
