"""The targets by name: what is checked, and what it begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from . import (
    corpus,
    datagrams,
    files,
    first_words,
    groups,
    invites,
    letters,
    locations,
    media,
    peers,
    private_letters,
    properties,
    relay_messages,
    rosters,
    router_messages,
    sealed_letters,
    texts,
)


class Target(NamedTuple):
    """One decoder under test."""

    check: Callable[[bytes], str]
    seeds: Callable[[], Iterator[bytes]]


TARGETS = {
    "codec": Target(properties.check_codec, corpus.values),
    "header": Target(properties.check_header, corpus.headers),
    "body": Target(properties.check_body, corpus.bodies),
    "statement": Target(properties.check_statement, corpus.statements),
    "fork": Target(properties.check_fork, corpus.forks),
    "run": Target(properties.check_run, corpus.runs),
    "frame": Target(properties.check_frame, corpus.frames),
    "column": Target(properties.check_column, corpus.columns),
    "key": Target(texts.check_key_text, corpus.key_texts),
    "id": Target(texts.check_id_text, corpus.ids),
    "phrase": Target(texts.check_phrase, corpus.phrases),
    "enrolment": Target(texts.check_enrolment, corpus.enrolments),
    "invite": Target(invites.check_invite, invites.invites),
    "introduction": Target(invites.check_introduction, invites.introductions),
    "first-word": Target(first_words.check_first_word, first_words.first_words),
    "letter-content": Target(private_letters.check_content, private_letters.contents),
    "sealed-file": Target(private_letters.check_sealed_file, private_letters.sealed_files),
    "introduction-of-knock": Target(
        private_letters.check_introduction, private_letters.introductions
    ),
    "letter": Target(private_letters.check_letter, private_letters.letters),
    "knock": Target(private_letters.check_knock, private_letters.knocks),
    "mailbox-record": Target(private_letters.check_record, private_letters.records),
    "letter-frame": Target(letters.check_letter_frame, letters.letter_frames),
    "letter-padding": Target(letters.check_padded, letters.padded),
    "letter-envelope": Target(sealed_letters.check_envelope, sealed_letters.envelopes),
    "letter-header": Target(sealed_letters.check_header, sealed_letters.headers),
    "letter-proof": Target(sealed_letters.check_proof, sealed_letters.proofs),
    "within-knock": Target(sealed_letters.check_within_knock, sealed_letters.within_knocks),
    "further-word": Target(sealed_letters.check_further_word, sealed_letters.further_words),
    "name": Target(texts.check_name, corpus.names),
    "bundle": Target(files.check_bundle, corpus.bundles),
    "records": Target(files.check_records, corpus.records),
    "sealed": Target(files.check_sealed, corpus.sealed),
    "hop": Target(relay_messages.check_hop, relay_messages.hops),
    "stop": Target(relay_messages.check_stop, relay_messages.stops),
    "punch": Target(relay_messages.check_punch, relay_messages.punches),
    "voucher": Target(relay_messages.check_voucher, relay_messages.vouchers),
    "peer-record": Target(peers.check_record, peers.records),
    "peers-request": Target(peers.check_request, peers.requests),
    "peers-answer": Target(peers.check_answer, peers.answers),
    "dial-request": Target(router_messages.check_dial_request, router_messages.dial_requests),
    "dial-answer": Target(router_messages.check_dial_answer, router_messages.dial_answers),
    "router": Target(router_messages.check_router_datagram, router_messages.router_datagrams),
    "igd": Target(router_messages.check_description, router_messages.descriptions),
    "http": Target(router_messages.check_http, router_messages.http_answers),
    "mdns": Target(datagrams.check_datagram, datagrams.datagrams),
    "kad": Target(locations.check_kad, locations.messages),
    "announcement": Target(locations.check_announcement, locations.announcements),
    "group-operation": Target(groups.check_operation, groups.operations),
    "group-epoch": Target(groups.check_epoch, groups.epochs),
    "group-post": Target(groups.check_post, groups.posts),
    "group-content": Target(groups.check_content, groups.contents),
    "group-text": Target(sealed_letters.check_group_text, sealed_letters.group_texts),
    "frame-3": Target(rosters.check_frame_3, rosters.frames_of_3),
    "roster": Target(rosters.check_roster, rosters.rosters),
    "roster-consent": Target(rosters.check_consent, rosters.consents),
    "picture": Target(media.check_picture, media.pictures),
    "film": Target(media.check_film, media.films),
}
