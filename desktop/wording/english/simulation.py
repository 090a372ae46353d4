"""What the simulation says at its end, and why it refuses to begin."""

from desktop.wording.catalogue import Trouble

_TOUCHED = "No office's data was touched: the offices were simulated."

SIMULATION = {
    "simulation-kept": "{seeds} simulated networks of {offices} offices, {acts} acts: every promise was kept.",
    "simulation-broken": "{seeds} simulated networks of {offices} offices, {acts} acts: promises were broken {violations}"
    " times.",
    "simulation-stuck": "{seeds} simulated networks of {offices} offices: {never_final} of {acts} acts never became final.",
}
SIMULATION_TROUBLES = {
    "simulation-impossible": Trouble(
        "Such a network promises nothing: {what} may be {least} to {most} here, not {value}.",
        _TOUCHED,
        "Choose another number.",
    ),
    "simulation-unknown": Trouble("The word {value} is not known for {what}.", _TOUCHED, "Choose one of: {known}."),
    "simulation-failed": Trouble(
        "A part of the simulation stopped by itself.", _TOUCHED, "Run it again, seed by seed."
    ),
}
