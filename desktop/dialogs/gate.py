"""Before an office is open: unlock it, or the first run (an office, a network, or the demonstration).

What it shows follows from the folder alone, so that a first run which was interrupted goes on where it stopped.
Signals of stages are connected to methods only: a lambda would hold the gate, and a stage that is deleted while it
holds the last reference would delete the gate from inside its own destructor.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from core.crypto.keyfile import Cost
from core.errors import MunimentError
from core.folder import Folder
from desktop.background import Background
from desktop.dialogs.demonstration import DemonstrationStage
from desktop.dialogs.entering import EnteringStage
from desktop.dialogs.founding import FoundingStage
from desktop.dialogs.invited import InvitedStage
from desktop.dialogs.joining import JoiningStage
from desktop.dialogs.kit_restoring import KitRestoringStage
from desktop.dialogs.kit_stages import ForgottenStage, KitStage
from desktop.dialogs.office_form import OfficeStage
from desktop.dialogs.repairing import RepairingStage
from desktop.dialogs.restoring import RestoringStage
from desktop.dialogs.stage import Stage
from desktop.dialogs.unlock import UnlockStage
from desktop.dialogs.welcome import WelcomeStage
from desktop.wording import say

SIZE = (960, 680)


class Gate(QWidget):
    passphrase_given = Signal(str)

    def __init__(
        self,
        folder: Folder,
        background: Background,
        choose_cost: Callable[[], Cost],
        floor: Cost | None = None,
    ) -> None:
        """`choose_cost` measures this computer, off the GUI thread; `floor` None: the application's."""
        super().__init__()
        self.folder, self.background = folder, background
        self._choose_cost, self._floor = choose_cost, floor
        self.setWindowTitle("Muniment")
        self.setWindowFlag(Qt.WindowType.Window)
        self.resize(*SIZE)
        self._stack = QStackedWidget(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.stage: Stage
        self.begin()

    def begin(self) -> None:
        """The stage that the folder asks for."""
        match self.folder.standing():
            case "member":
                self.show_unlock()
            case "office":
                self.show_network()
            case _:
                self.show_welcome()

    @property
    def stays_unlocked(self) -> bool:
        """Whether whoever unlocks here wants the system to keep the passphrase."""
        return isinstance(self.stage, UnlockStage) and self.stage.stay.isChecked()

    def tell_trouble(self, error: MunimentError) -> None:
        self.stage.tell_trouble(error)

    def finish(self) -> None:
        """The office is open."""
        self.close()
        self.deleteLater()

    # -- stages -------------------------------------------------------------------------------------------------

    def show_welcome(self) -> None:
        stage = WelcomeStage(self)
        stage.create_wanted.connect(self.show_founders_office)
        stage.charter_wanted.connect(self.show_members_office)
        stage.invited_wanted.connect(self.show_invited_office)
        stage.restore_wanted.connect(self.show_restoring)
        stage.demonstration_wanted.connect(self.show_demonstration)
        self._show(stage)

    def show_founders_office(self) -> None:
        self._office_stage(True).made.connect(self.show_founders_kit)

    def show_members_office(self) -> None:
        self._office_stage(False).made.connect(self.show_members_kit)

    def show_invited_office(self) -> None:
        self._office_stage(False).made.connect(self.show_invited_kit)

    def _office_stage(self, founding: bool) -> OfficeStage:
        stage = OfficeStage(self.folder, self.background, self._choose_cost, self._floor, founding, self)
        stage.left.connect(self.show_welcome)
        self._show(stage)
        return stage

    def show_founders_kit(self, passphrase: str) -> None:
        stage = self._kit_stage(passphrase)
        stage.finished.connect(self.show_founding)
        self._show(stage)

    def show_members_kit(self, passphrase: str) -> None:
        stage = self._kit_stage(passphrase)
        stage.finished.connect(self.show_entering)
        self._show(stage)

    def show_invited_kit(self, passphrase: str) -> None:
        stage = self._kit_stage(passphrase)
        stage.finished.connect(self.show_invited)
        self._show(stage)

    def _kit_stage(self, passphrase: str) -> KitStage:
        return KitStage(self.folder, self.background, passphrase, self)

    def show_network(self) -> None:
        """The office is made; it founds a network or enters one."""
        stage = WelcomeStage(self, office_made=True)
        stage.create_wanted.connect(self.show_founding)
        stage.charter_wanted.connect(self.show_entering)
        stage.join_wanted.connect(self.show_joining)
        stage.invited_wanted.connect(self.show_invited)
        self._show(stage)

    def show_invited(self) -> None:
        stage = InvitedStage(self.folder, self.background, self)
        stage.left.connect(self.show_network)
        stage.joined.connect(self.passphrase_given)
        self._show(stage)

    def show_joining(self) -> None:
        stage = JoiningStage(self.folder, self.background, self)
        stage.left.connect(self.show_network)
        stage.joined.connect(self.passphrase_given)
        self._show(stage)

    def show_founding(self) -> None:
        stage = FoundingStage(self.folder, self.background, self)
        stage.left.connect(self.show_network)
        stage.founded.connect(self.show_entering)
        self._show(stage)

    def show_entering(self, charter: str = "") -> None:
        stage = EnteringStage(self.folder, self.background, self, charter)
        stage.left.connect(self.show_network)
        stage.entered.connect(self.passphrase_given)
        self._show(stage)

    def show_demonstration(self) -> None:
        stage = DemonstrationStage(self)
        stage.left.connect(self.show_welcome)
        self._show(stage)

    def show_restoring(self) -> None:
        stage = RestoringStage(self.folder, self.background, self)
        stage.left.connect(self.begin)
        stage.restored.connect(self.passphrase_given)
        stage.kit_wanted.connect(self.show_kit_restoring)
        self._show(stage)

    def show_repairing(self) -> RepairingStage:
        stage = RepairingStage(self.folder, self.background, self)
        stage.left.connect(self.begin)
        stage.repaired.connect(self.passphrase_given)
        self._show(stage)
        return stage

    def show_kit_restoring(self) -> None:
        stage = KitRestoringStage(self.folder, self.background, self._choose_cost, self._floor, self)
        stage.left.connect(self.show_restoring)
        stage.restored.connect(self.passphrase_given)
        self._show(stage)

    def show_forgotten(self) -> None:
        stage = ForgottenStage(self.folder, self.background, self._choose_cost, self._floor, self)
        stage.left.connect(self.begin)
        stage.opened.connect(self.passphrase_given)
        self._show(stage)

    def show_unlock(self) -> None:
        stage = UnlockStage(self.folder, self.background, self)
        stage.forgotten.connect(self.show_forgotten)
        stage.passphrase_given.connect(self.passphrase_given)
        stage.restore_wanted.connect(self.show_restoring)
        stage.repair_wanted.connect(self.show_repairing)
        self._show(stage)

    def _show(self, stage: Stage) -> None:
        before: QObject | None = self._stack.currentWidget()
        self._stack.addWidget(stage)
        self._stack.setCurrentWidget(stage)
        self.stage = stage
        self.setWindowTitle(say("gate.title", stage=stage.heading))
        stage.focus_first()
        if isinstance(before, QWidget):
            before.deleteLater()  # taking it out of the stack first would give it to Python, which deletes it again
