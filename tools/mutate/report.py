"""The tables of a run, and whether it passes."""

import collections

import left
from trial import KILLED, LISTED, NOT_COMPILED, SAME_PROGRAM, SURVIVED, UNDECIDED

# Of the mutations that count: those that compile, and make another program.
LEAST = 95.0
COUNTS = (KILLED, SURVIVED, LISTED)


def described(mutation, source):
    """Two lines or three: where and what, the line before, the line after."""
    head = f"{mutation.file}:{mutation.line}: {mutation.operator}: {mutation.name}"
    changed = mutation.changed_text(source)
    return f"{head}\n    - {mutation.text}" + (f"\n    + {changed}" if changed != mutation.text else "")


def kinds(outcomes):
    return collections.Counter(outcome.kind for outcome in outcomes.values())


def percentage(outcomes):
    """How many of those that count were killed; 100 if none does."""
    count = kinds(outcomes)
    counting = sum(count[kind] for kind in COUNTS)
    return 100 * count[KILLED] / counting if counting else 100.0


def table(outcomes, group):
    """Lines of what was killed of what counts, by what `group` makes of a mutation, and in total."""
    rows = collections.defaultdict(dict)
    for mutation, outcome in outcomes.items():
        rows[group(mutation)][mutation] = outcome
    rows = {**dict(sorted(rows.items())), "total": outcomes}
    width = max(map(len, rows))
    lines = []
    for name, row in rows.items():
        count = kinds(row)
        of = sum(count[kind] for kind in COUNTS)
        share = f"{percentage(row):6.1f} %" if of else "       -"
        lines.append(f"{name:{width}} {count[KILLED]:5} of {of:5} {share}")
    return lines


def wrong(outcomes, reasons, stale):
    """What keeps the run from passing, a line each."""
    lines = [f"not noticed by a test, and not in {left.LEFT}: {left.entry(m)}" for m, o in outcomes.items() if o.kind == SURVIVED]
    lines += [
        f"{left.LEFT}: noticed by {outcome.by}: {left.entry(mutation, reasons[mutation.key()])}"
        for mutation, outcome in outcomes.items()
        if outcome.kind == KILLED and mutation.key() in reasons
    ]
    lines += [f"{left.LEFT}: no mutation is like this (any more): {' | '.join(key)}" for key in stale]
    if percentage(outcomes) < LEAST:
        lines.append(f"less than {LEAST} % were noticed")
    return lines


def summary(outcomes):
    count = kinds(outcomes)
    words = [f"{count[kind]} {kind}" for kind in (*COUNTS, NOT_COMPILED, SAME_PROGRAM, UNDECIDED) if kind != UNDECIDED or count[kind]]
    return f"{', '.join(words)}; of those that count, {percentage(outcomes):.1f} % were killed"
