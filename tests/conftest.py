"""What every test needs: Qt without a screen. Fixtures of one part stand in that part's own conftest.

Set before anything imports Qt: pytest-qt makes the application at the first test that asks for it.
"""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
