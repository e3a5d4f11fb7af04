"""Write the logs of simulated shops: `python -m benchmarks.shops FOLDER`."""

import argparse
import json
from pathlib import Path

from benchmarks.accuracy.logs import SETTINGS
from benchmarks.shops.draw import draw_log
from benchmarks.shops.kinds import KINDS

from ltvkit.files import whole_folder


def main() -> None:
    """Draw every kind, and say what to ask of each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shops")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("runs/shops"))
    parser.add_argument("--seeds", type=int, default=1, help="shops of each kind (1)")
    chosen = parser.parse_args()
    asked = {}
    with whole_folder(chosen.folder, holds=SETTINGS) as folder:
        for kind in KINDS:
            print(f"{kind.name}: {kind.says}")
            for seed in range(chosen.seeds):
                name = kind.name if chosen.seeds == 1 else f"{kind.name}_{seed}"
                draw_log(kind, seed=seed).to_parquet(folder / f"{name}.parquet", index=False)
                asked[name] = {"as_of": str(kind.as_of), "horizon_days": kind.horizon_days}
        (folder / SETTINGS).write_text(json.dumps(asked, indent=1) + "\n", encoding="utf-8")
    print(f"{len(asked)} logs: {chosen.folder}")


if __name__ == "__main__":
    main()
