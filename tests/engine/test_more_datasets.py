"""Datasets of parts, of files, and from the cache."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import numpy
import pytest

from engine import dataset, datasets
from engine.dataset import download
from engine.datasets.cifar import read_archive
from engine.datasets.mnist import read_idx


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_dataset_root", str(tmp_path))
    return tmp_path


def test_each_example_is_in_one_test_part_of_the_folds():
    folds = datasets.get_cross_validation_datasets(list(range(10)), 3)
    tested = [example for _, test in folds for example in test]
    assert sorted(tested) == list(range(10))
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(10))


def test_random_split_is_repeatable_and_loses_nothing():
    one, other = (datasets.split_dataset_random(list(range(9)), 4, seed=3) for _ in range(2))
    assert [list(part) for part in one] == [list(part) for part in other]
    assert sorted([*one[0], *one[1]]) == list(range(9))
    assert len(one[0]) == 4


def test_sub_dataset_counts_negative_indexes_from_its_end():
    part = datasets.SubDataset(list(range(10)), 2, 6)
    assert part[-1] == 5
    with pytest.raises(IndexError):
        part[4]


def test_split_beyond_the_end_is_refused():
    with pytest.raises(ValueError, match="exceeds"):
        datasets.split_dataset([1, 2], 3)


def test_concatenated_and_transformed_examples():
    joined = datasets.ConcatenatedDataset([1, 2], [], [3])
    negated = datasets.TransformDataset(joined, lambda x: -x)
    assert negated[:] == [-1, -2, -3]
    assert negated[[2, 0]] == negated[numpy.array([2, 0])] == [-3, -1]


def test_text_lines_are_read_where_they_stand(tmp_path):
    path, other = tmp_path / "a.txt", tmp_path / "b.txt"
    path.write_text("ä b\n\nlast", encoding="utf-8")
    other.write_text("1\n2\n3\n", encoding="utf-8")
    lines = datasets.TextDataset(path, encoding="utf-8")
    assert [lines[i] for i in (2, 0, 1)] == ["last", "ä b\n", "\n"]
    lines.close()
    pairs = datasets.TextDataset([path, other], encoding="utf-8", filter_func=lambda a, b: a.strip())
    assert [pairs[i] for i in range(len(pairs))] == [("ä b\n", "1\n"), ("last", "3\n")]
    pairs.close()


def test_files_with_different_line_counts_are_refused(tmp_path):
    for name, text in (("a", "1\n"), ("b", "1\n2\n")):
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match="does not match"):
        datasets.TextDataset([tmp_path / "a", tmp_path / "b"])


def test_images_of_files_and_archives(tmp_path):
    images = pytest.importorskip("PIL.Image", reason="reading images needs Pillow")
    pixels = numpy.arange(24, dtype="u1").reshape(2, 4, 3)
    images.fromarray(pixels).save(tmp_path / "a.png")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "a.png", "a.png")
    expected = pixels.transpose(2, 0, 1).astype("f4")
    numpy.testing.assert_array_equal(datasets.ImageDataset(["a.png"], tmp_path)[0], expected)
    image, label = datasets.LabeledImageDataset([("a.png", 3)], tmp_path)[0]
    numpy.testing.assert_array_equal(image, expected)
    assert (label, label.dtype) == (3, numpy.int32)
    numpy.testing.assert_array_equal(datasets.ZippedImageDataset(tmp_path / "all.zip")[0], expected)


def test_mnist_comes_from_the_cache(root):
    folder = root / "pfnet" / "chainer" / "mnist"
    folder.mkdir(parents=True)
    for part, count in (("train", 3), ("test", 2)):
        numpy.savez(
            folder / f"{part}.npz", x=numpy.full((count, 784), 255, "u1"), y=numpy.arange(count, dtype="u1")
        )
    train, test = datasets.get_mnist(ndim=3, scale=2.0)
    assert (len(train), len(test)) == (3, 2)
    image, label = train[2]
    assert (image.shape, image.dtype, float(image.max()), int(label)) == ((1, 28, 28), numpy.float32, 2.0, 2)


def test_a_download_that_fails_says_what_to_do(root, monkeypatch):
    def offline(address, timeout):
        raise OSError("no route to host")

    monkeypatch.setattr(download.urllib.request, "urlopen", offline)
    with pytest.raises(RuntimeError, match="no route to host"):
        datasets.get_ptb_words()
    assert not [path for path in root.rglob("*") if path.is_file()]


def test_a_damaged_download_is_not_kept(root, monkeypatch):
    monkeypatch.setattr(download.urllib.request, "urlopen", lambda address, timeout: io.BytesIO(b"damaged"))
    with pytest.raises(RuntimeError, match="other content"):
        datasets.get_mnist()
    assert not [path for path in root.rglob("*") if path.is_file()]


def test_a_file_is_downloaded_once(root, monkeypatch):
    asked = []

    def online(address, timeout):
        asked.append(address)
        return io.BytesIO(b"content")

    monkeypatch.setattr(download.urllib.request, "urlopen", online)
    paths = {dataset.cached_download("http://example.org/data") for _ in range(2)}
    assert len(asked) == len(paths) == 1
    with open(paths.pop(), "rb") as file:
        assert file.read() == b"content"


def test_idx_files_hold_their_shape(tmp_path):
    path = tmp_path / "images.gz"
    with gzip.open(path, "wb") as file:
        file.write(b"\0\0\x08\x02" + (2).to_bytes(4, "big") + (3).to_bytes(4, "big") + bytes(range(6)))
    numpy.testing.assert_array_equal(read_idx(str(path)), numpy.arange(6).reshape(2, 3))


def test_cifar_archives_give_images_and_the_last_label(tmp_path):
    rows = numpy.zeros((2, 2 + 3072), "u1")
    rows[:, 1] = 7, 9
    rows[:, 2:] = 5
    path = tmp_path / "cifar.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("cifar/train.bin")
        member.size = rows.nbytes
        archive.addfile(member, io.BytesIO(rows.tobytes()))
    content = read_archive(str(path), {"train": ["train.bin"]}, 2)
    assert content["train_y"].tolist() == [7, 9]
    assert content["train_x"].shape == (2, 3072)
    assert (content["train_x"] == 5).all()
