"""The script that the README gives to cron: it writes a mail when, and only when, there is news."""

import re
import stat
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
TODAY = "runs/2025-03-10"
LTV = """#!/bin/sh
echo "$@" >>asked.txt
case $1 in
  score) echo scoring; [ -e score-fails ] && { echo "Error: no file" >&2; exit 2; } ;;
  compare) echo "CAC up"; [ -e alert ] && exit 3 ;;
esac
exit 0
"""
DATE = """#!/bin/sh
echo 2025-03-10
"""
MAIL = """#!/bin/sh
cat >mail.txt
"""


@pytest.fixture
def shop(tmp_path):
    """A folder with the script, an `ltv` and a `mail` that note what they are asked, and a day."""
    (script,) = re.findall(r"^```sh\n(#!/bin/sh\n.*?)^```$", README.read_text(), re.M | re.S)
    (tmp_path / "weekly.sh").write_text(script.replace("/srv/shop", str(tmp_path)))
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, text in (("ltv", LTV), ("mail", MAIL), ("date", DATE)):
        (programs / name).write_text(text)
        (programs / name).chmod(stat.S_IRWXU)
    return tmp_path


def run(shop):
    """What was asked of ltv, and the mail that was sent, if any."""
    subprocess.run(["sh", str(shop / "weekly.sh")], cwd="/", check=False, capture_output=True)
    mail = shop / "mail.txt"
    asked = (shop / "asked.txt").read_text().splitlines()
    return asked, mail.read_text() if mail.exists() else None


def test_in_the_first_week_it_scores_and_sends_nothing(shop):
    asked, mail = run(shop)
    assert asked == [f"score models/orders --transactions orders.csv --out {TODAY}"]
    assert mail is None


def test_later_it_compares_with_the_latest_run_of_another_day_and_keeps_quiet(shop):
    for name in ("2025-03-03", "2025-02-24", "2025-03-10", "demo_shop"):
        (shop / "runs" / name).mkdir(parents=True)
    asked, mail = run(shop)
    assert asked[1:] == [
        f"report {TODAY} --previous runs/2025-03-03",
        f"compare runs/2025-03-03 {TODAY}",
    ]
    assert mail is None


def test_an_alert_comes_by_mail_with_what_was_found(shop):
    (shop / "runs" / "2025-03-03").mkdir(parents=True)
    (shop / "alert").touch()
    assert run(shop)[1] == "CAC up\n"


def test_a_failure_comes_by_mail_with_its_message_even_in_the_first_week(shop):
    (shop / "score-fails").touch()
    asked, mail = run(shop)
    assert len(asked) == 1
    assert mail == "scoring\nError: no file\n"
