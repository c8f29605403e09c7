"""Finds programs and directories on the machine that Bazel runs on."""

_PART_SH = Label("//tools/bootstrap:part.sh")

def find_part(repository_ctx, part):
    """The directory in which tools/bootstrap/part.sh has a part or would provide it, or None if there is no place.

    Args:
      repository_ctx: of the repository that may use it, which is evaluated again when the part appears.
      part: its name.
    """
    where = repository_ctx.execute(["sh", repository_ctx.path(_PART_SH), "--where", part])
    if where.return_code != 0:
        return None
    directory = repository_ctx.path(where.stdout.strip())
    repository_ctx.watch(directory)
    return directory

def provide_part(repository_ctx, part):
    """The directory of a part that tools/bootstrap/part.sh provides, or None if it cannot.

    Args:
      repository_ctx: of the repository that needs it.
      part: its name.
    """
    directory = find_part(repository_ctx, part)
    if not directory:
        return None
    if not directory.exists:
        repository_ctx.report_progress("providing " + part)
        repository_ctx.execute(["sh", repository_ctx.path(_PART_SH), part], quiet = False)
    return directory if directory.exists else None

def find_program(repository_ctx, names, beside = None):
    """The first program with one of these names, in the directory of `beside` or else on PATH; or None.

    Args:
      repository_ctx: of the repository that needs it.
      names: its possible names.
      beside: a program that it may be installed with.
    """
    repository_ctx.getenv("PATH")  # re-evaluates the repository if PATH changes
    for name in names:
        if beside and beside.dirname.get_child(name).exists:
            return beside.dirname.get_child(name)
    for name in names:
        if repository_ctx.which(name):
            return repository_ctx.which(name)
    return None

def existing(directory, names):
    """Those of the paths below a directory that exist.

    Args:
      directory: a path.
      names: paths below it.
    """
    return [directory.get_child(*name.split("/")) for name in names if directory.get_child(*name.split("/")).exists]
