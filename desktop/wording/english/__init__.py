"""English, the catalogue that every other language is measured by."""

from desktop.wording.catalogue import Catalogue
from desktop.wording.english.agreeing import AGREEING
from desktop.wording.english.changes import CHANGES_DONE, CHANGES_REFUSALS, CHANGES_SCREEN, CHANGES_TROUBLES
from desktop.wording.english.custody import CUSTODY, CUSTODY_DONE, CUSTODY_SCREEN
from desktop.wording.english.demonstration import DEMONSTRATION
from desktop.wording.english.done import DONE
from desktop.wording.english.duplicates import (
    DUPLICATES_DONE,
    DUPLICATES_REFUSALS,
    DUPLICATES_SCREEN,
    DUPLICATES_TROUBLES,
)
from desktop.wording.english.explaining import EXPLAINING_DONE, EXPLAINING_SCREEN, EXPLAINING_TROUBLES
from desktop.wording.english.finding import FINDING_SCREEN, FINDING_TROUBLES
from desktop.wording.english.importing import IMPORTING_SCREEN
from desktop.wording.english.joining import JOINING, JOINING_DONE, JOINING_SCREEN
from desktop.wording.english.keeping import KEEPING
from desktop.wording.english.law_faults import LAW_FAULTS
from desktop.wording.english.meeting import MEETING
from desktop.wording.english.order import ORDER_REFUSALS
from desktop.wording.english.pairing import PAIRING, PAIRING_DONE, PAIRING_SCREEN
from desktop.wording.english.papers import PAPERS_DONE, PAPERS_SCREEN, PAPERS_TROUBLES
from desktop.wording.english.people import PEOPLE_DONE, PEOPLE_SCREEN, PEOPLE_TROUBLES
from desktop.wording.english.refusals import REFUSALS
from desktop.wording.english.requests import REQUEST_REFUSALS, REQUEST_SCREEN
from desktop.wording.english.screen import SCREEN
from desktop.wording.english.screen_condition import SCREEN_CONDITION
from desktop.wording.english.screen_ledger import SCREEN_LEDGER
from desktop.wording.english.screen_office import SCREEN_OFFICE
from desktop.wording.english.sealing import (
    SEALING_DONE,
    SEALING_FAULTS,
    SEALING_REFUSALS,
    SEALING_SCREEN,
    SEALING_TROUBLES,
)
from desktop.wording.english.simulation import SIMULATION, SIMULATION_TROUBLES
from desktop.wording.english.stories import STORIES, STORIES_TROUBLES, STORY_FAULTS
from desktop.wording.english.undecided import UNDECIDED_REFUSALS, UNDECIDED_SCREEN
from desktop.wording.english.working import WORKING

ENGLISH = Catalogue(
    language="en",
    name="English",
    screen={
        **SCREEN,
        **REQUEST_SCREEN,
        **SCREEN_OFFICE,
        **PEOPLE_SCREEN,
        **SCREEN_LEDGER,
        **PAPERS_SCREEN,
        **FINDING_SCREEN,
        **SCREEN_CONDITION,
        **CHANGES_SCREEN,
        **JOINING_SCREEN,
        **PAIRING_SCREEN,
        **CUSTODY_SCREEN,
        **SEALING_SCREEN,
        **EXPLAINING_SCREEN,
        **IMPORTING_SCREEN,
        **DUPLICATES_SCREEN,
        **UNDECIDED_SCREEN,
    },
    done={
        **DONE,
        **PAPERS_DONE,
        **CUSTODY_DONE,
        **DEMONSTRATION,
        **SIMULATION,
        **CHANGES_DONE,
        **JOINING_DONE,
        **PAIRING_DONE,
        **PEOPLE_DONE,
        **SEALING_DONE,
        **DUPLICATES_DONE,
        **STORIES,
        **EXPLAINING_DONE,
    },
    troubles={
        **AGREEING,
        **PAIRING,
        **PAPERS_TROUBLES,
        **FINDING_TROUBLES,
        **KEEPING,
        **CUSTODY,
        **WORKING,
        **MEETING,
        **SIMULATION_TROUBLES,
        **CHANGES_TROUBLES,
        **JOINING,
        **PEOPLE_TROUBLES,
        **SEALING_TROUBLES,
        **DUPLICATES_TROUBLES,
        **STORIES_TROUBLES,
        **EXPLAINING_TROUBLES,
    },
    refusals={
        **REFUSALS,
        **REQUEST_REFUSALS,
        **ORDER_REFUSALS,
        **CHANGES_REFUSALS,
        **SEALING_REFUSALS,
        **UNDECIDED_REFUSALS,
        **DUPLICATES_REFUSALS,
    },
    law_faults={**LAW_FAULTS, **SEALING_FAULTS, **STORY_FAULTS},
    plural=lambda count: 0 if count == 1 else 1,
)
