"""Commands that may do no more than the permissions of files allow, whoever runs the tests."""

import os


def as_plain_user(*command: str) -> list[str]:
    """A command without the right of root to write where permissions forbid it."""
    if os.geteuid():
        return [*command]
    right = "-dac_override"
    return ["setpriv", f"--inh-caps={right}", f"--bounding-set={right}", *command]
