"""Measures gradients of the programs in benches/programs beside those of other tools: what './x bench' runs.

1. Install the peers that are missing; say which cannot be.
2. Build every program by every peer.
3. Run them in turn, several rounds, and compare the gradients.
4. Print the tables; a run of the whole suite is saved as docs/results.md, .json and .svg, one with threads as
   docs/results-threads.*, '--scale' as docs/results-scale.md, and '--compiler' as docs/results-compiler.md.
"""

import argparse
import pathlib
import platform
import sys

from . import ablation, build, chart, compiler, install, measure, scale
from .programs import ALL_PEERS, DEFAULT_PEERS, OURS, PARALLEL_PEERS, PARALLEL_PROGRAMS, PROGRAMS, ROOT, has
from .report import Results, page, text_table


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def choice(known):
    """A parser of lists of names."""

    def parse(text):
        names = known if text == "all" else text.split(",")
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown name '{unknown[0]}', expected some of {', '.join(known)}")
        return list(names)

    return parse


def options():
    parser = argparse.ArgumentParser(prog="./x bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", type=choice(PROGRAMS), default=PROGRAMS, metavar="A,B", help="programs; by default all")
    parser.add_argument(
        "--peers", type=choice(ALL_PEERS), default=DEFAULT_PEERS, metavar="A,B",
        help=f"some of {', '.join(ALL_PEERS)}, or 'all'; by default {', '.join(DEFAULT_PEERS)}",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="processes of each peer; by default 3")
    parser.add_argument("--repeat", type=int, default=9, metavar="N", help="evaluations in a process; by default 9")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the records there as well")
    parser.add_argument("--save", action="store_true", help="write docs/results.* for a part of the suite, too")
    parser.add_argument(
        "--ablation", action="store_true",
        help="gradients with and without optimisation of the primal before it is differentiated, ours and Enzyme's",
    )  # fmt: skip
    parser.add_argument("--worth", action="store_true", help="our gradients without each of the passes over derivatives")
    parser.add_argument("--scale", action="store_true", help="our gradients at three sizes of each program")
    parser.add_argument("--compiler", action="store_true", help="time and memory of autodiff-opt, up to a million ops")
    parser.add_argument(
        "--threads", type=int, metavar="N",
        help=f"run parallel loops on N threads (OpenMP): {', '.join(PARALLEL_PROGRAMS)} by {', '.join(PARALLEL_PEERS)}",
    )  # fmt: skip
    parser.add_argument("--tool", type=pathlib.Path, help="the autodiff-opt to use", required=True)
    settings = parser.parse_args()
    if settings.threads is not None:
        if settings.threads < 1:
            parser.error("--threads: expected at least 1")
        settings.only = [program for program in settings.only if program in PARALLEL_PROGRAMS]
        settings.peers = [peer for peer in settings.peers if peer in PARALLEL_PEERS]
    return settings


def available(peers):
    """The peers that are here or could be installed."""
    for peer in peers:
        try:
            install.install(peer)
            yield peer
        except install.Missing as missing:
            say(f"{peer} is left out: {missing}")


def run(settings, peers):
    """All rounds of all programs."""
    records, failures = [], {}
    for program in settings.only:
        commands, reports = {}, {}
        # The hand-written gradient is what others are compared with, wanted or not.
        for peer in dict.fromkeys(["manual", *peers]):
            if has(peer, program):
                try:
                    commands[peer] = build.build(peer, program, settings.tool, settings.threads)
                except build.Unchanged:
                    pass
                except build.BuildError as error:
                    failures[program, peer] = str(error)
        for _ in range(settings.rounds):
            for peer in [peer for peer in commands if (program, peer) not in failures]:
                try:
                    report = measure.once(peer, program, commands[peer], settings.repeat, 1.0, settings.threads)
                    reports.setdefault(peer, []).append(report)
                except measure.RunError as error:
                    failures[program, peer] = str(error)
        for peer in peers:
            if (program, peer) in failures or peer not in reports:
                continue
            try:
                record = measure.gather(program, peer, reports[peer])
                if peer == "manual":
                    measure.check_manual(program, reports[peer][-1])
                record["error"] = measure.error(program, peer, reports[peer][-1])
                if settings.threads:
                    counted = build.counted(peer, program)
                    record["atomics"] = measure.once(peer, program, counted, 1, 1.0, settings.threads)["atomics"]
                records.append(record)
                say(f"{program:10} {peer:14} gradient {record['gradient_seconds'] * 1e3:8.3f} ms, error {record['error']:.0e}")
            except (build.BuildError, measure.RunError) as error:
                failures[program, peer] = str(error)
        for peer in peers:
            if (program, peer) in failures:
                say(f"{program:10} {peer:14} failed: {failures[program, peer]}")
    return records, failures


def machine(settings):
    return {
        "machine": f"{build.processor()}, {platform.system()} {platform.machine()}",
        "tool": build.version(str(settings.tool)),
        "compilers": f"{build.version('clang-22')}; for Enzyme {build.version('clang-15')}",
        "flags": f"{build.FLAGS}; contraction within expressions of C, and everywhere in IR",
        "threads": str(settings.threads or "none, one core"),
        "rounds": f"{settings.rounds} of up to {settings.repeat} evaluations and 1 s",
    }


def main():
    settings = options()
    if settings.ablation:
        peers = list(available(ablation.PEERS))
        records, failures = run(settings, [name for peer in peers for name in (peer, ablation.plain(peer))])
        print(ablation.table(Results(records, failures, machine(settings)), peers))
        sys.exit(1 if any(peer.startswith("autodiff") for _, peer in failures) else 0)
    if settings.worth:
        records, failures = run(settings, ["autodiff", *map(ablation.without, ablation.PASSES)])
        print(ablation.worth(Results(records, failures, machine(settings))))
        sys.exit(1 if failures else 0)
    if settings.compiler:
        rows, facts = compiler.run(settings.tool, say), machine(settings)
        print("\n".join(text_table(rows)))
        (ROOT / "docs" / "results-compiler.md").write_text(
            page("Compile time", compiler.INTRODUCTION, {name: facts[name] for name in ("machine", "tool")}, rows)
        )
        say("saved docs/results-compiler.md")
        return
    if settings.scale:
        rows, failures = scale.run(settings, say)
        print("\n".join(text_table(rows)))
        if settings.save or sorted(settings.only) == sorted(PROGRAMS):
            (ROOT / "docs" / "results-scale.md").write_text(page("Growth", scale.INTRODUCTION, machine(settings), rows))
            say("saved docs/results-scale.md")
        sys.exit(1 if failures else 0)
    peers = list(available(settings.peers))
    records, failures = run(settings, peers)
    results = Results(records, failures, machine(settings))
    print(results.text())
    if settings.json:
        settings.json.write_text(results.json())
    whole = PARALLEL_PROGRAMS if settings.threads else PROGRAMS
    if settings.save or sorted(settings.only) == sorted(whole):
        name = "results-threads" if settings.threads else "results"
        (ROOT / "docs" / f"{name}.md").write_text(results.markdown(f"{name}.svg"))
        (ROOT / "docs" / f"{name}.json").write_text(results.json())
        (ROOT / "docs" / f"{name}.svg").write_text(chart.chart(results))
        say(f"saved docs/{name}.md, .json and .svg")
    sys.exit(1 if any(peer in OURS for _, peer in failures) else 0)


main()
