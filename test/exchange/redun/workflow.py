from redun import task, File
from redun.scheduler import catch
from redun.scheduler import apply_tags

redun_namespace = "g"

@task(tags=[("team", "qa")])
def double(x, by=2):
    return x * by

@task()
def note(text):
    f = File("out.txt")
    f.write(text)
    return f

@task()
def fails(n):
    raise ValueError("boom %d" % n)

@task()
def recover(error):
    return "recovered"

@task(tags=[("doc", "The root.")])
def main(n: int = 3, name: str = "Änn"):
    a = double(n)
    b = double(a, by=5)
    return [apply_tags(b, [("quality", 3.2)]), note(name), {"k": double(b)}, catch(fails(a), ValueError, recover)]

@task()
def bad():
    return fails(7)
