"""Zeek and what it was when it was called Bro: columns with tabs between them; the tables say which."""

from __future__ import annotations

from shipper.pipeline.grok.banks.notation import spell_all

_CALL = "NUMBER ts|NOTSPACE uid|IP orig_h|INT orig_p|IP resp_h|INT resp_p"


def _greedy(columns: str) -> str:
    return "|".join(f"GREEDYDATA {column}" for column in columns.split())


_LEGACY = {
    "BRO_HTTP": f"{_CALL}|INT trans_depth|"
    + _greedy("method domain uri referrer user_agent")
    + "|NUMBER request_body_len|NUMBER response_body_len|"
    + _greedy(
        "status_code status_msg info_code info_msg filename bro_tags username password proxied orig_fuids"
        " orig_mime_types resp_fuids resp_mime_types"
    ),
    "BRO_DNS": f"{_CALL}|WORD proto|INT trans_id|"
    + _greedy(
        "query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected"
    ),
    "BRO_CONN": f"{_CALL}|WORD proto|{_greedy('service')}|NUMBER duration|NUMBER orig_bytes|NUMBER resp_bytes|"
    + _greedy(
        "conn_state local_orig missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents"
    ),
    "BRO_FILES": "NUMBER ts|NOTSPACE fuid|IP tx_hosts|IP rx_hosts|NOTSPACE conn_uids|"
    + _greedy(
        "source depth analyzers mime_type filename duration local_orig is_orig seen_bytes total_bytes missing_bytes"
        " overflow_bytes timedout parent_fuid md5 sha1 sha256 extracted"
    ),
}

# A column that begins with "-" may be a dash instead, one with "()" the word "(empty)"; TEXT and FLAG are the family's own.
_FLOW = "NUMBER timestamp|NOTSPACE zeek.session_id|IP source.ip|INT source.port int|IP destination.ip|INT destination.port int"
_HTTP = "-TEXT url.username|-TEXT url.password|-TEXT zeek.http.proxied|-TEXT zeek.http.orig_fuids"
_DNS_NAMES = (
    "-TEXT dns.question.name|-INT zeek.dns.qclass int|-TEXT zeek.dns.qclass_name|-INT zeek.dns.qtype int"
    "|-TEXT dns.question.type|-INT zeek.dns.rcode int|-TEXT dns.response_code"
)
_DNS_FLAGS = ("AA", "TC", "RD", "RA")
_CONN = (
    "-NUMBER zeek.connection.duration float|-INT zeek.connection.orig_bytes long|-INT zeek.connection.resp_bytes long"
    "|-TEXT zeek.connection.state|-FLAG zeek.connection.local_orig"
)
_CONN_SIZES = (
    "-INT zeek.connection.missed_bytes long|-TEXT zeek.connection.history|-INT source.packets long|-INT source.bytes long"
    "|-INT destination.packets long|-INT destination.bytes long"
)
_BODY = "-NUMBER http.request.body.bytes long|-NUMBER http.response.body.bytes long"
_STATUS = (
    "-POSINT http.response.status_code int|-DATA zeek.http.status_msg|-POSINT zeek.http.info_code int"
    "|-DATA zeek.http.info_msg"
)
_FILE = (
    "-TEXT zeek.files.session_ids|-TEXT zeek.files.source|-INT zeek.files.depth int|-TEXT zeek.files.analyzers"
    "|-TEXT file.mime_type|-TEXT file.name|-NUMBER zeek.files.duration float|-TEXT zeek.files.local_orig"
    "|-FLAG zeek.files.is_orig|-INT zeek.files.seen_bytes long|-INT file.size long|-INT zeek.files.missing_bytes long"
    "|-INT zeek.files.overflow_bytes long|-FLAG zeek.files.timedout|-TEXT zeek.files.parent_fuid|-TEXT file.hash.md5"
    "|-TEXT file.hash.sha1|-TEXT file.hash.sha256|-TEXT zeek.files.extracted"
)
_ECS_BRO = {
    "HTTP": f"{_FLOW}|INT zeek.http.trans_depth int|-WORD http.request.method|-TEXT url.domain|-TEXT url.original"
    f"|-TEXT http.request.referrer|-TEXT user_agent.original|{_BODY}|{_STATUS}|-TEXT zeek.http.filename"
    f"|()TEXT zeek.http.tags|{_HTTP}|-TEXT http.request.mime_type|-TEXT zeek.http.resp_fuids|-TEXT http.response.mime_type",
    "DNS": f"{_FLOW}|WORD network.transport|-INT dns.id int|{_DNS_NAMES}|"
    + "|".join(f"-FLAG zeek.dns.{flag}" for flag in _DNS_FLAGS)
    + "|-NONNEGINT zeek.dns.Z int|-TEXT zeek.dns.answers|-DATA zeek.dns.TTLs|-FLAG zeek.dns.rejected",
    "CONN": f"{_FLOW}|WORD network.transport|-TEXT network.protocol|{_CONN}|?FLAG zeek.connection.local_resp|{_CONN_SIZES}"
    "|()TEXT zeek.connection.tunnel_parents",
    "FILES": f"NUMBER timestamp|NOTSPACE zeek.files.fuid|-IP server.ip|-IP client.ip|{_FILE}",
}
_ECS_ZEEK = {
    "HTTP": f"{_FLOW}|INT zeek.http.trans_depth int|-WORD http.request.method|-TEXT url.domain|-TEXT url.original"
    f"|-TEXT http.request.referrer|-NUMBER http.version|-TEXT user_agent.original|-TEXT zeek.http.origin|{_BODY}|{_STATUS}"
    f"|()TEXT zeek.http.tags|{_HTTP}|-TEXT zeek.http.orig_filenames|-TEXT http.request.mime_type"
    "|-TEXT zeek.http.resp_fuids|-TEXT zeek.http.resp_filenames|-TEXT http.response.mime_type",
    "DNS": f"{_FLOW}|WORD network.transport|-INT dns.id int|-NUMBER zeek.dns.rtt float|{_DNS_NAMES}|"
    + "|".join(f"FLAG zeek.dns.{flag}" for flag in _DNS_FLAGS)
    + "|NONNEGINT zeek.dns.Z int|-TEXT zeek.dns.answers|-DATA zeek.dns.TTLs|-FLAG zeek.dns.rejected",
    "CONN": f"{_FLOW}|WORD network.transport|-TEXT network.protocol|{_CONN}|-FLAG zeek.connection.local_resp|{_CONN_SIZES}"
    "|-TEXT zeek.connection.tunnel_parents",
    "FILES": f"NUMBER timestamp|NOTSPACE zeek.files.fuid|ZEEK_FILES_TX_HOSTS|ZEEK_FILES_RX_HOSTS|{_FILE}",
}
_TAILS = {
    "CONN": r"(?:\t<-|COMMONMAC source.mac>\t<-|COMMONMAC destination.mac>)?",
    "FILES": r"(?:\t<-|FLAG zeek.files.extracted_cutoff>\t<-|INT zeek.files.extracted_size long>)?",
}


def _column(text: str) -> str:
    if text.startswith("-"):
        return f"<-|{text[1:]}>"
    if text.startswith("()"):
        return rf"(?:\(empty\)|<{text[2:]}>)"
    return f"<{text}>"


def _table(columns: str) -> str:
    written = [_column(column) for column in columns.split("|")]
    # A column that may be missing takes its tab along.
    return r"\t".join(written).replace(
        r"<?FLAG zeek.connection.local_resp>\t", r"(?:<-|FLAG zeek.connection.local_resp>\t)?"
    )


def _ecs() -> dict[str, str]:
    texts = {}
    for prefix, tables in (("BRO", _ECS_BRO), ("ZEEK", _ECS_ZEEK)):
        texts[f"{prefix}_BOOL"] = "[FT]"
        texts[f"{prefix}_DATA"] = r"[^\t]+"
        for name, columns in tables.items():
            tail = _TAILS.get(name, "") if prefix == "ZEEK" else ""
            text = _table(columns) + tail
            texts[f"{prefix}_{name}"] = text.replace("TEXT ", f"{prefix}_DATA ").replace(
                "FLAG ", f"{prefix}_BOOL "
            )
    for way, end in (("TX", "server"), ("RX", "client")):
        texts[f"ZEEK_FILES_{way}_HOSTS"] = (
            rf"<-|IP {end}.ip>|(?<zeek.files.{way.lower()}_hosts><IP {end}.ip>(?:\s,<IP>)+)"
        )
    return texts


def names(*, ecs: bool, opensearch: bool) -> dict[str, str]:  # noqa: ARG001 - the products agree here
    """The names of this family and their texts."""
    if ecs:
        return spell_all(_ecs())
    return spell_all({name: _table(columns) for name, columns in _LEGACY.items()})
