"""Record trainings with real Chainer 7.8.1: logs, a snapshot, and a model whose weights have no shape yet.

To be run as `record.py` is. It writes `training_log.json`, `training_losses.json`, `training_snapshot.npz` and
`model_without_shape.npz`.
"""

from __future__ import annotations

import json
import pathlib
import shutil
import tempfile

from training_case import train
from training_scripts import SCRIPTS, losses_of

HERE = pathlib.Path(__file__).parent


def main() -> None:
    """Train with the Chainer that is installed here, and write the four files."""
    import chainer

    assert chainer.__version__ == "7.8.1", f"want Chainer 7.8.1, found {chainer.__version__}"
    with tempfile.TemporaryDirectory() as out:
        log = train(chainer, out)
        (snapshot,) = sorted(pathlib.Path(out).glob("snapshot_iter_12"))
        shutil.copy(snapshot, HERE / "training_snapshot.npz")
    (HERE / "training_log.json").write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
    losses = {name: losses_of(name, chainer) for name in SCRIPTS}
    (HERE / "training_losses.json").write_text(json.dumps(losses, indent=1) + "\n", encoding="utf-8")
    model = chainer.Sequential(chainer.links.Linear(None, 3), chainer.links.Linear(3, 2))
    chainer.serializers.save_npz(str(HERE / "model_without_shape.npz"), model)


if __name__ == "__main__":
    main()
