"""`muniment simulate`: whole offices in a seeded world; figures, and every broken promise with its seed."""

import sys
from pathlib import Path
from typing import Any

from core.errors import MunimentError
from desktop.outcome import DONE, REFUSED
from desktop.simulation.comparing import summarised
from desktop.simulation.figures import STEPS, Figures
from desktop.simulation.hunting import grounds
from desktop.simulation.invariants import PROMISES
from desktop.simulation.mutants import MUTANTS
from desktop.simulation.pool import run_jobs, totalled
from desktop.simulation.recording import write_trace
from desktop.simulation.scenario import MEETINGS, Scenario, check_scenario, known, parse_faults, parse_seeds
from desktop.wording import sentence

SHOWN_VIOLATIONS = 20


def simulate_command(
    nodes: int,
    meetings: str,
    sleepers: int,
    malicious: int,
    seeds: str,
    faults: str,
    mutant: str | None,
    compare: bool,
    trace: Path | None,
    as_json: bool,
) -> dict[str, Any]:
    """Raises `simulation-impossible`, `simulation-unknown`, `simulation-failed`, `file-not-written`."""
    known([meetings], MEETINGS, "meetings")
    known([mutant] if mutant else [], MUTANTS, "mutant")
    scenario = check_scenario(
        Scenario(nodes, meetings, sleepers, malicious, parse_faults(faults), mutant=mutant, compare=compare)
    )
    jobs = [*grounds(mutant), *((scenario, seed) for seed in parse_seeds(seeds))]
    answers = []
    for answer in run_jobs(jobs, trace=trace is not None):
        answers.append(answer)
        if mutant and answer["figures"]["violations"]:
            break
    if trace is not None:
        try:
            write_trace(trace, [answer["graph"] for answer in answers])
        except OSError:
            raise MunimentError("file-not-written", path=str(trace)) from None
    figures = totalled(answers)
    facts = figures.as_json() | {"seeds": len(answers), "offices": nodes, "promises": PROMISES}
    if compare:
        facts["compared"] = summarised([answer["rivals"] for answer in answers])
    if not as_json:
        _show(figures, facts)
    return outcome(scenario, figures, facts)


def outcome(scenario: Scenario, figures: Figures, facts: dict[str, Any]) -> dict[str, Any]:
    """What is told at the end, with the exit code: a broken promise, or an act never final where nothing goes wrong."""
    stuck = figures.never_final > 0 and not scenario.troubled
    code = "simulation-broken" if figures.violations else "simulation-stuck" if stuck else "simulation-kept"
    told = {"seeds": facts["seeds"], "offices": scenario.nodes, "acts": figures.acts}
    told |= {"violations": len(figures.violations), "never_final": figures.never_final}
    exit_with = DONE if code == "simulation-kept" else REFUSED
    return {"message": sentence(code, told), "code": code, "exit": exit_with, **facts}


def _show(figures: Figures, facts: dict[str, Any]) -> None:
    print(f"{'meetings of an office until its act is':<40}{'mean':>8}{'p95':>8}")
    for name in STEPS:
        mean, p95 = facts[name]["mean"], facts[name]["p95"]
        print(f"{name.replace('_', ' '):<40}{_number(mean):>8}{_number(p95):>8}")
    if facts["closed"]["mean"] is not None:
        print(f"{'an epoch closes after':<40}{_number(facts['closed']['mean']):>8}{_number(facts['closed']['p95']):>8}")
    print(f"never final {figures.never_final} of {figures.acts} acts; an act costs {facts['blocks_per_act']} blocks")
    print(f"and {facts['bytes_per_act']} bytes in each copy of the register. Checked:")
    for promise, count in facts["checks"].items():
        print(f"  {promise:<4}{PROMISES[promise]:<70}{count:>9} times")
    for rule, figures_of in facts.get("compared", {}).items():
        print(
            f"  {rule:<16}{_number(figures_of['mean']):>8}{_number(figures_of['p95']):>8}  never {figures_of['never']}"
        )
    for violation in figures.violations[:SHOWN_VIOLATIONS]:
        where = f"seed {violation['seed']}, after {violation['meeting']} meetings"
        print(f"{violation['promise']} broken: {where}: {violation['what']}", file=sys.stderr)


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
