"""Archives that are broken, or made to break the reader."""

import gzip
import lzma
import os
import stat
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.archive import ArchiveError, archive_limits, open_archive

from .builders import (
    create,
    mastodon,
    new_layout,
    tweet,
    write_directory,
    write_tar,
    write_zip,
)

NESTED = "[" * 500_000


def refused(path: Path, words: str) -> None:
    with pytest.raises(ArchiveError, match=words) as caught:
        open_archive(path)
    assert "\n" not in str(caught.value)


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.zip", "does not exist")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"")
    refused(tmp_path / "a.zip", "empty")


def test_a_directory_without_known_layout(tmp_path: Path) -> None:
    refused(write_directory(tmp_path, {"notes/a.txt": "x"}), "neither a Twitter/X export")


def test_a_zip_without_known_layout(tmp_path: Path) -> None:
    refused(write_zip(tmp_path / "a.zip", {"a.txt": "x"}), "neither a Twitter/X export")
    refused(write_zip(tmp_path / "b.zip", {}), "neither a Twitter/X export")


def test_binary_junk(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 40)
    refused(tmp_path / "a.bin", "no archive that can be read")


@pytest.mark.parametrize("inner", [b"", b"\x00" * 2000, b"words"])
def test_gzip_of_something_else(tmp_path: Path, inner: bytes) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(inner))
    refused(tmp_path / "a.gz", "no archive that can be read")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_no_permission(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", new_layout())
    path.chmod(0)
    refused(path, "no permission")


def test_permission_denied_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    path = write_directory(tmp_path / "d", new_layout(tweet(1, "x")))
    monkeypatch.setattr(Path, "open", denied)
    refused(path, r"no permission to read .*\.js")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "neither a file nor a directory")


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.99])
def test_downloads_cut_off(tmp_path: Path, kept: float) -> None:
    noise = os.urandom(20_000).hex()
    zipped = write_zip(tmp_path / "a.zip", {**new_layout(tweet(1, "x")), "z.txt": noise})
    tarred = write_tar(tmp_path / "a.tar.gz", {**mastodon(create(1, "x")), "z.txt": noise})
    for path in (zipped, tarred):
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * kept)])
        refused(path, "cut off or damaged")


def test_an_encrypted_zip(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"data/tweets.js": "x"})
    data = bytearray(path.read_bytes())
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags_at] |= 1
    path.write_bytes(data)
    refused(path, "encrypted")


@pytest.mark.parametrize("front", ["../", "/", "a/../../", "C:\\"])
def test_names_that_lead_out_are_not_seen(tmp_path: Path, front: str) -> None:
    files = {front + name: text for name, text in new_layout(tweet(1, "x")).items()}
    refused(write_zip(tmp_path / "a.zip", files), "neither")
    files = {front + name: text for name, text in mastodon(create(1, "x")).items()}
    refused(write_tar(tmp_path / "a.tar", files, "w:"), "neither")


def test_nothing_is_unpacked(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = write_zip(inside / "a.zip", {**new_layout(tweet(1, "x")), "../escaped.js": "x"})
    open_archive(path)
    assert [p.name for p in tmp_path.rglob("*")] == ["inside", "a.zip"]


def test_links_in_a_zip_are_not_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    info = zipfile.ZipInfo("data/tweets.js")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    refused(path, "neither")


def test_links_in_a_tar_are_not_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w:") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            info = tarfile.TarInfo("outbox.json")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    refused(path, "neither")


def test_links_in_a_directory_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(new_layout(tweet(1, "secret"))["data/tweets.js"])
    (tmp_path / "d" / "data").mkdir(parents=True)
    (tmp_path / "d" / "data" / "tweets.js").symlink_to(secret)
    refused(tmp_path / "d", "link")


def test_a_linked_folder_is_not_entered(tmp_path: Path) -> None:
    write_directory(tmp_path / "real", new_layout(tweet(1, "x")))
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "data").symlink_to(tmp_path / "real" / "data")
    refused(tmp_path / "d", "neither")


def test_a_zip_bomb_is_stopped_by_what_it_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"data/tweets.js": "window.YTD.tweets.part0 = [" + " " * 3_000_000}
    path = write_zip(tmp_path / "a.zip", files)
    monkeypatch.setattr(archive_limits, "MAX_MEMBER_BYTES", 1 << 20)
    refused(path, "unpacks to more than")


@long
@pytest.mark.parametrize("bound", ["MAX_MEMBER_BYTES", "MAX_TOTAL_BYTES"])
def test_a_bomb_is_stopped_by_what_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"\n" * 3_000_000))
    monkeypatch.setattr(archive_limits, "MAX_RECORD_CHARS", 1 << 16)
    monkeypatch.setattr(archive_limits, bound, 1 << 20)
    refused(path, "unpacks to more than")


@long
def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    header = "window.YTD.tweets.part0 = ["
    path = write_zip(tmp_path / "a.zip", {"data/tweets.js": header + " " * (200 << 20)})
    tracemalloc.start()
    try:
        refused(path, "none of the files")
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_an_endless_string_is_given_up(tmp_path: Path) -> None:
    files = new_layout(tweet(1, "x"))
    cut = files["data/tweets.js"].rindex("]")
    files["data/tweets.js"] = files["data/tweets.js"][:cut] + ',{"a": "' + "x" * (20 << 20)
    archive = open_archive(write_zip(tmp_path / "a.zip", files))
    assert (len(archive), len(archive.errors)) == (1, 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data/tweets.js", 'window.YTD.tweets.part0 = [{"tweet":' + NESTED),
        ("outbox.json", '{"orderedItems": [{"object":' + NESTED),
    ],
)
def test_json_nested_without_end_is_refused(tmp_path: Path, name: str, text: str) -> None:
    refused(write_zip(tmp_path / "a.zip", {name: text}), "nested too deeply")


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_limits, "MAX_MEMBERS", 3)
    files = {**mastodon(create(1, "x")), **{f"{n}.txt": "" for n in range(5)}}
    refused(write_zip(tmp_path / "a.zip", files), "over 3 files")
    refused(write_tar(tmp_path / "a.tar.gz", files), "over 3 files")
    refused(write_directory(tmp_path / "d", files), "over 3 files")


def test_too_many_posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_limits, "MAX_POSTS", 2)
    records = [tweet(n, "x") for n in (1, 2, 3)]
    refused(write_zip(tmp_path / "a.zip", new_layout(*records)), "more than 2 posts")


def test_a_tar_header_of_absurd_size(tmp_path: Path) -> None:
    header = tarfile.TarInfo("long")
    header.type, header.size = tarfile.XHDTYPE, 1 << 30
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 1024))
    refused(path, "header of absurd size")


def test_a_tar_file_of_absurd_size(tmp_path: Path) -> None:
    header = tarfile.TarInfo("film.mp4")
    header.size = 1 << 40
    path = tmp_path / "a.tar"
    path.write_bytes(header.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)
    refused(path, "unpacks to more than 32 GiB")


def test_a_tar_with_too_much_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tar(tmp_path / "a.tar.gz", {"a": b"\0" * 50_000, **mastodon(create(1, "x"))})
    monkeypatch.setattr(archive_limits, "MAX_TAR_BYTES", 20_000)
    refused(path, "unpack it and give the directory")


def test_a_sparse_file_is_not_seen(tmp_path: Path) -> None:
    header = tarfile.TarInfo("outbox.json")
    header.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"77777777777\0"  # the size that it claims, in octal
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + 256 + sum(block[156:512]))
    path = tmp_path / "a.tar"
    path.write_bytes(bytes(block) + b"\0" * 1024)
    refused(path, "neither")


def test_control_characters_in_names_reach_no_message(tmp_path: Path) -> None:
    files = {"\x1b[2Jdata/tweets.js": "junk"}
    refused(write_zip(tmp_path / "a.zip", files), "neither")


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"7z\xbc\xaf'\x1c", "7-Zip"),
        (b"Rar!\x1a\x07\x01\0", "RAR"),
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (b"\x04\x22\x4d\x18", "LZ4"),
    ],
)
def test_an_unknown_packing_is_named_with_the_way(tmp_path: Path, start: bytes, name: str) -> None:
    (tmp_path / "a").write_bytes(start + bytes(600))
    refused(tmp_path / "a", f"packed with {name}.*unpack it and give the directory")


@pytest.mark.parametrize("method", [1, 6, 9, 14, 20, 93, 95, 98, 99, 7])
def test_an_unknown_way_of_a_zip_is_named_with_the_way(tmp_path: Path, method: int) -> None:
    path = write_zip(tmp_path / "a.zip", mastodon(create(1, "x")))
    data = bytearray(path.read_bytes())
    for signature, method_at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data[at + method_at : at + method_at + 2] = method.to_bytes(2, "little")
    path.write_bytes(data)
    refused(path, "is packed with .*unpack it and give the directory")


def test_xz_takes_no_more_memory_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.xz").write_bytes(lzma.compress(b'{"text": "x"}\n'))
    assert len(open_archive(tmp_path / "a.xz")) == 1
    monkeypatch.setattr(archive_limits, "MAX_XZ_MEMORY", 1 << 20)
    refused(tmp_path / "a.xz", "too much memory")


@pytest.mark.parametrize("kept", [0.4, 0.9])
def test_xz_cut_off(tmp_path: Path, kept: float) -> None:
    packed = lzma.compress(os.urandom(50_000))
    (tmp_path / "a.xz").write_bytes(packed[: int(len(packed) * kept)])
    refused(tmp_path / "a.xz", "cut off or damaged|no archive")
