"""Why other offices are not found, without a window."""

from dataclasses import asdict
from typing import Any

from desktop.unlocking import Access
from desktop.wording.finding import cause_words, diagnosis_words
from sync.service import Service, Settings


def diagnose_command(access: Access, wait_s: float, port: int) -> dict[str, Any]:
    """Look for others for so long, and say what is seen. The office meets nobody meanwhile."""
    service = Service(access.open, Settings(port=port, automatic=False))
    service.start()
    try:
        names = [member.office for member in service.office.roll.members]
        found = service.diagnose(wait_s).result()
    finally:
        service.stop()
    causes = [
        {"code": cause.code, "facts": dict(cause.facts), "message": cause_words(cause, names)} for cause in found.causes
    ]
    return {
        "message": diagnosis_words(found, names),
        "found": found.found,
        "causes": causes,
        "addresses": list(found.addresses),
        "near": [asdict(one) for one in found.near],
    }
