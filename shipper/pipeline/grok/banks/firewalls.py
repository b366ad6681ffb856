"""Firewalls: Cisco ASA by message number, NetScreen, Junos, iptables and what writes like it."""

from __future__ import annotations

from shipper.pipeline.grok.banks.notation import alternatives, side, spell_all

# -- Cisco ASA -------------------------------------------------------------------------------------------------------

_CISCO_KEYS = {
    "action": ("CISCO_ACTION action", "CISCO_ACTION cisco.asa.outcome"),
    "direction": ("CISCO_DIRECTION direction", "CISCO_DIRECTION cisco.asa.network.direction"),
    "reason": ("CISCO_REASON reason", "CISCO_REASON event.reason"),
    "proto": ("WORD protocol", "WORD cisco.asa.network.transport"),
    "network": ("WORD protocol", "WORD cisco.asa.network.type"),
    "src": ("IP src_ip", "IP source.ip"),
    "dst": ("IP dst_ip", "IP destination.ip"),
    "src_port": ("INT src_port", "INT source.port int"),
    "dst_port": ("INT dst_port", "INT destination.port int"),
    "src_user": ("DATA src_fwuser", "DATA source.user.name"),
    "dst_user": ("DATA dst_fwuser", "DATA destination.user.name"),
    "src_if": ("DATA src_interface", "DATA observer.ingress.interface.name"),
    "dst_if": ("DATA dst_interface", "DATA observer.egress.interface.name"),
    "from_if": ("DATA src_interface", "NOTSPACE observer.ingress.interface.name"),
    "to_if": ("DATA dst_interface", "NOTSPACE observer.egress.interface.name"),
    "some_if": ("DATA interface", "NOTSPACE observer.egress.interface.name"),
    "last_if": ("GREEDYDATA interface", "NOTSPACE observer.egress.interface.name"),
    "named_if": ("GREEDYDATA interface_name", "NOTSPACE network.interface.name"),
    "switched": ("GREEDYDATA switch_reason", "GREEDYDATA event.reason"),
    "why": ("GREEDYDATA reason", "GREEDYDATA event.reason"),
    "flags": ("DATA tcp_flags", "DATA cisco.asa.tcp_flags"),
    "rule": ("DATA policy_id", "DATA cisco.asa.rule_name"),
    "list": ("NOTSPACE policy_id", "NOTSPACE cisco.asa.rule_name"),
    "icmp_type": ("INT icmp_type", "INT cisco.asa.icmp_type int"),
    "icmp_code": ("INT icmp_code", "INT cisco.asa.icmp_code int"),
    "hits": ("INT hit_count", "INT cisco.asa.hit_count int"),
    "user": ("DATA user", "DATA source.user.name"),
    "spi": ("DATA spi", "DATA cisco.asa.ipsec.spi"),
    "sequence": ("DATA seq_num", "DATA cisco.asa.ipsec.seq_num"),
    "packet": ("WORD orig_protocol", "WORD cisco.asa.ipsec.protocol"),
    "inner": ("WORD orig_protocol", "WORD cisco.asa.network.transport"),
    "tunnel": ("GREEDYDATA tunnel_type", "DATA cisco.asa.ipsec.tunnel_type"),
    "url": ("GREEDYDATA dst_url", "GREEDYDATA url.original"),
    "pri": ("POSINT syslog_pri", "POSINT log.syslog.priority int"),
    "host": ("SYSLOGHOST sysloghost", "SYSLOGHOST host.hostname"),
    "tag": ("CISCOTAG ciscotag", "CISCOTAG cisco.asa.tag"),
    "conn": ("INT connection_id", "INT cisco.asa.connection_id"),
    "in_use": ("INT connection_count", "INT cisco.asa.connections.in_use int"),
    "most_used": ("INT connection_count_max", "INT cisco.asa.connections.most_used int"),
    "resource": ("WORD resource_name", "DATA cisco.asa.resource.name"),
    "resource_limit": ("POSINT resource_limit", "POSINT cisco.asa.resource.limit int"),
    "group": ("GREEDYDATA group", "DATA cisco.asa.source.group"),
    "remote_nat": ("DATA is_remote_natted", "DATA @metadata.cisco.asa.remote_nat"),
    "local_nat": ("DATA is_local_natted", "DATA @metadata.cisco.asa.local_nat"),
    "burst_id": ("DATA drop_rate_id", "DATA cisco.asa.burst.id"),
    "burst_now": ("INT drop_rate_current_burst", "INT cisco.asa.burst.current_rate int"),
    "burst_max": ("INT drop_rate_max_burst", "INT cisco.asa.burst.configured_rate int"),
    "average_now": ("INT drop_rate_current_avg", "INT cisco.asa.burst.avg_rate int"),
    "average_max": ("INT drop_rate_max_avg", "INT cisco.asa.burst.configured_avg_rate int"),
    "burst_total": ("INT drop_total_count", "INT cisco.asa.burst.cumulative_count int"),
}

_UNIT = r"\((?:Primary|Secondary)\)"
_ENDPOINTS = "from <src>/<src_port> to <dst>/<dst_port>"
_SRC_USER = r"(?:\(<src_user>\))?"
_DST_USER = r"(?:\(<dst_user>\))?"
_ICMP = r"\(type <icmp_type>, code <icmp_code>\)"
_HASHES = r"\[<DATA hashcode1>, <DATA hashcode2>\]"
_BURST = (
    "drop <burst_id> exceeded. Current burst rate is <burst_now> per second, max configured rate is <burst_max>; "
    "Current average rate is <average_now> per second, max configured rate is <average_max>; "
    "Cumulative total count is <burst_total>"
)

_CISCO = {
    "CISCO_TAGGED_SYSLOG": "^[<]<pri>><CISCOTIMESTAMP timestamp>(?: <host>)? ?: %<tag>:",
    "CISCOTIMESTAMP": "<MONTH> +<MONTHDAY>(?: <YEAR>)? <TIME>",
    "CISCOTAG": "[A-Z0-9]+-<INT>-[A-Z0-9_]+",
    # What is a part of another comes first, and wins where nothing after it objects: the order is kept.
    "CISCO_ACTION": "Built|Teardown|Deny|Denied|denied|requested|permitted|denied by ACL|discarded|est-allowed"
    "|Dropping|created|deleted",
    "CISCO_REASON": "Duplicate TCP SYN|Failed to locate egress interface|Invalid transport field|No matching connection"
    r"|DNS (?:Response|Query)|(?:<WORD>\s*)*",
    "CISCO_DIRECTION": "[Ii]nbound|[Oo]utbound",
    "CISCO_INTERVAL": "first hit|<INT>-second interval",
    "CISCO_XLATE_TYPE": "static|dynamic",
    "CISCOFW104001": f"{_UNIT} Switching to ACTIVE - <switched>",
    "CISCOFW104002": f"{_UNIT} Switching to STANDBY - <switched>",
    "CISCOFW104003": rf"{_UNIT} Switching to FAILED\.",
    "CISCOFW104004": rf"{_UNIT} Switching to OK\.",
    "CISCOFW105003": f"{_UNIT} Monitoring on [Ii]nterface <named_if> waiting",
    "CISCOFW105004": f"{_UNIT} Monitoring on [Ii]nterface <named_if> normal",
    "CISCOFW105005": f"{_UNIT} Lost Failover communications with mate on [Ii]nterface <named_if>",
    "CISCOFW105008": f"{_UNIT} Testing [Ii]nterface <named_if>",
    "CISCOFW105009": f"{_UNIT} Testing on [Ii]nterface <named_if> (?:Passed|Failed)",
    "CISCOFW106006_106007_106010": "<action> <direction> <proto> (?:from|src) <src>/<src_port>"
    f"{_SRC_USER} (?:to|dst) <dst>/<dst_port>{_DST_USER} (?:on interface <some_if>|due to <reason>)",
    "CISCOFW106015": rf"<action> <proto> \(<rule>\) {_ENDPOINTS} flags <flags> on interface <last_if>",
    "CISCOFW106021": "<action> <proto> reverse path check from <src> to <dst> on interface <last_if>",
    "CISCOFW110002": "<reason> for <proto> from <src_if>:<src>/<src_port> to <dst>/<dst_port>",
    "CISCOFW302010": "<in_use> in use, <most_used> most used",
    "CISCOFW304001": f"<src>{_SRC_USER} Accessed URL <dst>:<url>",
    "CISCOFW313001_313004_313008": "<action> <proto> type=<icmp_type>, code=<icmp_code> from <src> on interface <some_if>"
    "(?: to <dst>)?",
    "CISCOFW321001": "Resource '<resource>' limit of <resource_limit> reached for system",
    "CISCOFW419001": "<action> <proto> packet from <from_if>:<src>/<src_port> to <to_if>:<dst>/<dst_port>, reason: <why>",
    "CISCOFW419002": "<reason> from <src_if>:<src>/<src_port> to <dst_if>:<dst>/<dst_port> with different initial sequence number",
    "CISCOFW500004": f"<reason> for protocol=<proto>, {_ENDPOINTS}",
    "CISCOFW710001_710002_710003_710005_710006": "<proto> (?:request|access) <action> from <src>/<src_port> to <dst_if>:<dst>/<dst_port>",
    "CISCOFW713172": r"Group = <group>, IP = <src>, Automatic NAT Detection Status:\s+Remote end\s*<remote_nat>"
    r"\s*behind a NAT device\s+This\s+end\s*<local_nat>\s*behind a NAT device",
}
_CISCO_LEGACY = {
    "CISCOFW106001": f"<direction> <proto> connection <action> {_ENDPOINTS} flags <GREEDYDATA tcp_flags> on interface <last_if>",
    "CISCOFW106014": f"<action> <direction> <proto> src <src_if>:<src>{_SRC_USER} dst <dst_if>:<dst>{_DST_USER} {_ICMP}",
    "CISCOFW106023": f"<action>(?: protocol)? <proto> src <src_if>:<DATA src_ip>(?:/<src_port>)?{_SRC_USER} "
    f"dst <dst_if>:<DATA dst_ip>(?:/<dst_port>)?{_DST_USER}(?: {_ICMP})? "
    f'by access-group "?<rule>"? {_HASHES}',
    "CISCOFW106100_2_3": r"access-list <list> <action> <proto> for user '<src_user>' <src_if>/<src>\(<src_port>\) -> "
    rf"<dst_if>/<dst>\(<dst_port>\) hit-cnt <hits> <CISCO_INTERVAL interval> {_HASHES}",
    "CISCOFW106100": rf"access-list <list> <action> <proto> <src_if>/<src>\(<src_port>\){_SRC_USER} -> "
    rf"<dst_if>/<dst>\(<dst_port>\){_SRC_USER} hit-cnt <hits> <CISCO_INTERVAL interval> {_HASHES}",
    "CISCOFW302013_302014_302015_302016": "<action>(?: <direction>)? <proto> connection <conn> for <src_if>:<src>/<src_port>"
    rf"(?: \(<IP src_mapped_ip>/<INT src_mapped_port>\))?{_SRC_USER} to <dst_if>:<dst>/<dst_port>"
    rf"(?: \(<IP dst_mapped_ip>/<INT dst_mapped_port>\))?{_DST_USER}"
    r"(?: duration <TIME duration> bytes <INT bytes>)?(?: <reason>)?(?: \(<user>\))?",
    "CISCOFW302020_302021": "<action>(?: <direction>)? <proto> connection for faddr <dst>/<INT icmp_seq_num>"
    r"(?:\(<DATA fwuser>\))? gaddr <IP src_xlated_ip>/<INT icmp_code_xlated> laddr <src>/<icmp_code>(?: \(<user>\))?",
    "CISCOFW305011": "<action> <CISCO_XLATE_TYPE xlate_type> <proto> translation from "
    rf"<src_if>:<src>(?:/<src_port>)?{_SRC_USER} to <DATA src_xlated_interface>:<IP src_xlated_ip>/<DATA src_xlated_port>",
    "CISCOFW313005": "<reason> for <proto> error message: <WORD err_protocol> "
    r"src <DATA err_src_interface>:<IP err_src_ip>(?:\(<DATA err_src_fwuser>\))? "
    r"dst <DATA err_dst_interface>:<IP err_dst_ip>(?:\(<DATA err_dst_fwuser>\))? "
    r"\(type <INT err_icmp_type>, code <INT err_icmp_code>\) on <DATA interface> interface\.  Original IP payload: <proto> "
    r"src <IP orig_src_ip>/<INT orig_src_port>(?:\(<DATA orig_src_fwuser>\))? "
    r"dst <IP orig_dst_ip>/<INT orig_dst_port>(?:\(<DATA orig_dst_fwuser>\))?",
    "CISCOFW402117": r"<network>: Received a non-IPSec packet \(protocol= <inner>\) from <src> to <dst>",
    "CISCOFW402119": r"<network>: Received an <packet> packet \(SPI= <spi>, sequence number= <sequence>\) from <src> "
    r"\(user= <user>\) to <dst> that failed anti-replay checking",
    "CISCOFW602303_602304": r"<network>: An <direction> <tunnel> SA \(SPI= <spi>\) between <src> and <dst> \(user= <user>\) "
    "has been <action>",
    "CISCOFW733100": rf"\[\s*<DATA drop_type>\s*\] {_BURST}",
}
# The cluster's own texts are spoilt before these two: they cannot be compiled, there or here.
_SPOILT = r"\<DATA [@metadata.cisco.asa.hashcode1>, <DATA @metadata.cisco.asa.hashcode2>\]"
_HOST_PORT = (
    r"(?:<IP {0}.ip>|<HOSTNAME {0}.address>)(?:/<INT {0}.port int>)?(?:\(<DATA {0}.user.name>\))?"
)
_ORIGINAL = "cisco.asa.original_ip_payload"
_CISCO_ECS = {
    "CISCO_HITCOUNT_INTERVAL": "hit-cnt <hits> (?:first hit|<INT cisco.asa.interval int>-second interval)",
    "CISCO_SRC_IP_USER": f"<from_if>:<src>{_SRC_USER}",
    "CISCO_DST_IP_USER": f"<to_if>:<dst>{_DST_USER}",
    "CISCO_SRC_HOST_PORT_USER": f"<from_if>:{_HOST_PORT.format('source')}",
    "CISCO_DST_HOST_PORT_USER": f"<to_if>:{_HOST_PORT.format('destination')}",
    "CISCOFW106001": f"<direction> <proto> connection <action> {_ENDPOINTS} flags <flags> on interface <last_if>",
    "CISCOFW106014": rf"<action> <direction> <proto> src <CISCO_SRC_IP_USER> dst <CISCO_DST_IP_USER>\s?{_ICMP}",
    "CISCOFW106023": "<action>(?: protocol)? <proto> src <CISCO_SRC_HOST_PORT_USER> dst <CISCO_DST_HOST_PORT_USER>"
    f'(?: {_ICMP})? by access-group "?<rule>"? {_SPOILT}',
    "CISCOFW106100_2_3": "access-list <list> <action> <proto> for user '<DATA user.name>' "
    rf"<src_if>/<src>\(<src_port>\) -> <dst_if>/<dst>\(<dst_port>\) <CISCO_HITCOUNT_INTERVAL> {_SPOILT}",
    "CISCOFW106100": rf"access-list <list> <action> <proto> <src_if>/<src>\(<src_port>\){_SRC_USER} -> "
    rf"<dst_if>/<dst>\(<dst_port>\){_SRC_USER} hit-cnt <hits> <CISCO_INTERVAL> {_SPOILT}",
    # The question mark makes the first user no name to the cluster but text to be found as it stands.
    "CISCOFW302013_302014_302015_302016": "<action>(?: <direction>)? <proto> connection <conn> for <from_if>:<src>/<src_port>"
    r"(?: \(<IP source.nat.ip>/<INT source.nat.port int>\))?(?:\(<DATA source.user.name?>\))? to <to_if>:<dst>/<dst_port>"
    rf"(?: \(<IP destination.nat.ip>/<INT destination.nat.port int>\))?{_DST_USER}"
    r"(?: duration <TIME cisco.asa.duration> bytes <INT network.bytes long>)?(?: <reason>)?(?: \(<DATA user.name>\))?",
    "CISCOFW302020_302021": "<action>(?: <direction>)? <proto> connection for faddr <dst>/<INT cisco.asa.icmp_seq int>"
    rf"{_DST_USER} gaddr <IP source.nat.ip>/<icmp_type> laddr <src>/<INT>(?: \(<src_user>\))?",
    "CISCOFW305011": "<action> <CISCO_XLATE_TYPE> <proto> translation from "
    rf"<src_if>:<src>(?:/<src_port>)?{_SRC_USER} to <dst_if>:<dst>/<dst_port>",
    "CISCOFW313005": "<reason> for <proto> error message: <WORD> src <CISCO_SRC_IP_USER> dst <CISCO_DST_IP_USER> "
    rf"{_ICMP} on <NOTSPACE> interface\.\s+Original IP payload: <WORD {_ORIGINAL}.network.transport> "
    + " ".join(
        rf"{short} <IP {_ORIGINAL}.{end}.ip>/<INT {_ORIGINAL}.{end}.port int>(?:\(<DATA {_ORIGINAL}.{end}.user.name>\))?"
        for short, end in (("src", "source"), ("dst", "destination"))
    ),
    "CISCOFW402117": r"<network>: Received a non-IPSec packet \(protocol=\s?<inner>\) from <src> to <dst>\.?",
    "CISCOFW402119": r"<network>: Received an <packet> packet \(SPI=\s?<spi>, sequence number=\s?<sequence>\) from <src> "
    r"\(user=\s?<user>\) to <dst> that failed anti-replay checking\.?",
    "CISCOFW602303_602304": r"<network>: An <direction> <tunnel> SA \(SPI=\s?<spi>\) between <src> and <dst> \(user=\s?<user>\) "
    "has been <action>",
    # Where the bracket should be, the cluster looks for a backslash and any number of the letter s.
    "CISCOFW733100": rf"\\s*<DATA [cisco.asa.burst.object>\s*\] {_BURST}",
}

# -- NetScreen and Junos ---------------------------------------------------------------------------------------------

_JUNOS_KEYS = {
    "event": ("RT_FLOW_EVENT event", "RT_FLOW_TAG juniper.srx.tag"),
    "reason": ("GREEDYDATA close-reason", "GREEDYDATA juniper.srx.reason"),
    "src": ("IP src-ip", "IP source.ip"),
    "src_port": ("INT src-port", "INT source.port int"),
    "dst": ("IP dst-ip", "IP destination.ip"),
    "dst_port": ("INT dst-port", "INT destination.port int"),
    "nat_src": ("IP nat-src-ip", "IP source.nat.ip"),
    "nat_src_port": ("INT nat-src-port", "INT source.nat.port int"),
    "nat_dst": ("IP nat-dst-ip", "IP destination.nat.ip"),
    "nat_dst_port": ("INT nat-dst-port", "INT destination.nat.port int"),
    "service": ("DATA service", "DATA juniper.srx.service_name"),
    "protocol": ("INT protocol-id", "INT network.iana_number"),
    "policy": ("DATA policy-name", "DATA rule.name"),
    "zone_in": ("DATA from-zone", "DATA observer.ingress.zone"),
    "zone_out": ("DATA to-zone", "DATA observer.egress.zone"),
    "session": ("INT session-id", "INT juniper.srx.session_id"),
    "sent": ("DATA sent", "INT source.bytes long"),
    "received": ("DATA received", "INT destination.bytes long"),
    "elapsed": ("INT elapsed-time", "INT juniper.srx.elapsed_time int"),
    "src_rule": ("DATA src-nat-rule-name", "DATA juniper.srx.src_nat_rule_name"),
    "dst_rule": ("DATA dst-nat-rule-name", "DATA juniper.srx.dst_nat_rule_name"),
}
_FLOW = "<src>/<src_port>-><dst>/<dst_port> <service>"
_ZONES = "<policy> <zone_in> <zone_out>"


def _junos(*, ecs: bool) -> dict[str, str]:
    rules = "(?:None|<src_rule>) (?:None|<dst_rule>)" if ecs else "<src_rule> <dst_rule>"
    nat = f"{_FLOW} <nat_src>/<nat_src_port>-><nat_dst>/<nat_dst_port> {rules} <protocol> {_ZONES} <session>"
    tags = "(?:RT_FLOW_SESSION_(?:CREATE|CLOSE|DENY))"
    texts = {
        "RT_FLOW1": rf"<event>: <reason>: {nat} \d+\(<sent>\) \d+\(<received>\) <elapsed> .*",
        "RT_FLOW2": f"<event>: session created {nat} .*",
        "RT_FLOW3": rf"<event>: session denied {_FLOW} <protocol>\(\d\) {_ZONES} .*",
        # The cluster's old name is, in this bank, the new name as text.
        **(
            {"RT_FLOW_TAG": tags, "RT_FLOW_EVENT": "RT_FLOW_TAG"}
            if ecs
            else {"RT_FLOW_EVENT": tags}
        ),
    }
    return spell_all(texts, side(_JUNOS_KEYS, ecs=ecs))


_NETSCREEN_LEGACY = (
    "<SYSLOGTIMESTAMP date> <IPORHOST device> <IPORHOST>: NetScreen device_id=<WORD device_id><DATA>: "
    "start_time=<QUOTEDSTRING start_time> duration=<INT duration> policy_id=<INT policy_id> service=<DATA service> "
    "proto=<INT proto> src zone=<WORD src_zone> dst zone=<WORD dst_zone> action=<WORD action> sent=<INT sent> "
    "rcvd=<INT rcvd> src=<IPORHOST src_ip> dst=<IPORHOST dst_ip> src_port=<INT src_port> dst_port=<INT dst_port> "
    "src-xlated ip=<IPORHOST src_xlated_ip> port=<INT src_xlated_port> dst-xlated ip=<IPORHOST dst_xlated_ip> "
    "port=<INT dst_xlated_port> session_id=<INT session_id> reason=<GREEDYDATA reason>"
)
_NETSCREEN_ECS = (
    "<SYSLOGTIMESTAMP timestamp> <IPORHOST observer.hostname> <NOTSPACE observer.name>: (?<observer.product>NetScreen) "
    r"device_id=<WORD netscreen.device_id> .*?(?:system-\w+-<NONNEGINT event.code>\(<WORD netscreen.session.type>\))?: "
    'start_time="<DATA netscreen.session.start_time>" duration=<INT netscreen.session.duration int> '
    "policy_id=<INT netscreen.policy_id> service=<DATA netscreen.service> proto=<INT netscreen.protocol_number int> "
    "src zone=<WORD observer.ingress.zone> dst zone=<WORD observer.egress.zone> action=<WORD event.action> "
    "sent=<INT source.bytes long> rcvd=<INT destination.bytes long> src=<IPORHOST source.address> "
    "dst=<IPORHOST destination.address>(?: src_port=<INT source.port int> dst_port=<INT destination.port int>)?"
    "(?: src-xlated ip=<IP source.nat.ip> port=<INT source.nat.port int> "
    "dst-xlated ip=<IP destination.nat.ip> port=<INT destination.nat.port int>)?"
    "(?: session_id=<INT netscreen.session.id> reason=<GREEDYDATA netscreen.session.reason>)?"
)

# -- iptables --------------------------------------------------------------------------------------------------------

_OUT = "OUT=<USERNAME nf_out_interface>"
_FIELDS = "".join(
    rf"{start}{key}=(?:<{piece}>)" if start else f"{key}=(?:<{piece}>)"
    for start, key, piece in (
        (".*", "SRC", "IPV4 nf_src_ip"),
        (".*", "DST", "IPV4 nf_dst_ip"),
        (".*", "LEN", "WORD nf_len"),
        (".?*", "TOS", "WORD nf_tos"),
        (".?*", "PREC", "WORD nf_prec"),
        (".?*", "TTL", "INT nf_ttl"),
        (".?*", "ID", "INT nf_id"),
        (".?*", "PROTO", "WORD nf_protocol"),
    )
)
_SHOREWALL = (
    "<SYSLOGTIMESTAMP timestamp> <WORD nf_host> {kernel}.*Shorewall:<WORD nf_action1>?:<WORD nf_action2>?"
    ".*IN=<USERNAME nf_in_interface>?"
    f".*(?:OUT= *MAC=<COMMONMAC nf_dst_mac>:<COMMONMAC nf_src_mac>?|{_OUT})"
    f"{_FIELDS}.?*SPT=<INT nf_src_port>?.*DPT=<INT nf_dst_port>?.*"
)
_SFW2 = (
    r"(?:{times})\s*<HOSTNAME>\s*kernel\S+\s*{epoch}SFW2-INext-<NOTSPACE nf_action>\s*IN=<USERNAME nf_in_interface>.*"
    r"OUT={out}MAC=(?:<COMMONMAC nf_dst_mac>:<COMMONMAC nf_src_mac>|\s*).*SRC=<IP nf_src_ip>\s*DST=<IP nf_dst_ip>.*"
    "PROTO=<WORD nf_protocol>(?:.*SPT=<INT nf_src_port>.*DPT=<INT nf_dst_port>.*)?"
)
_IPTABLES_LEGACY = {
    "NETSCREENSESSIONLOG": _NETSCREEN_LEGACY,
    "SHOREWALL": _SHOREWALL.format(kernel=""),
    "SFW2": _SFW2.format(
        times="<SYSLOGTIMESTAMP timestamp>|<TIMESTAMP_ISO8601 timestamp>",
        epoch=r"(?:<NAGIOSTIME>\s*)?",
        out=r"(?:\s*<USERNAME nf_out_interface>)?\s*",
    ),
}
_IPTABLES_OPENSEARCH = {
    "SHOREWALL": _SHOREWALL.format(kernel="kernel:"),
    "SFW2": _SFW2.format(
        times="<SYSLOGTIMESTAMP>|<TIMESTAMP_ISO8601>",
        epoch=r"<NAGIOSTIME>\s*",
        out=r"(?:\s*<USERNAME nf_out_interface>|\s*)",
    ),
}


def _sized(*columns: str) -> str:
    return r"\s+".join(columns)


_TCP_FLAGS = ("CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN")
_IPTABLES_ECS = {
    "NETSCREENSESSIONLOG": _NETSCREEN_ECS,
    "IPTABLES_TCP_FLAGS": f"(?:{alternatives(*_TCP_FLAGS)} )*",
    "IPTABLES_TCP_PART": r"(?:SEQ=<INT iptables.tcp.seq int>\s+)?(?:ACK=<INT iptables.tcp.ack int>\s+)?"
    r"WINDOW=<INT iptables.tcp.window int>\s+RES=0x<BASE16NUM iptables.tcp_reserved_bits>\s+<IPTABLES_TCP_FLAGS iptables.tcp.flags>",
    "IPTABLES4_FRAG": "(?:(?<= )(?:CE|DF|MF))*",
    "IPTABLES4_PART": _sized(
        "SRC=<IPV4 source.ip>",
        "DST=<IPV4 destination.ip>",
        "LEN=<INT iptables.length int>?",
        "TOS=(?:0|0x<BASE16NUM iptables.tos>)?",
        "PREC=(?:0x<BASE16NUM iptables.precedence_bits>)?",
        "TTL=<INT iptables.ttl int>?",
        "ID=<INT iptables.id>?",
        "<IPTABLES4_FRAG iptables.fragment_flags>?",
    )
    + r"(?:\s+FRAG: <INT iptables.fragment_offset int>)?",
    "IPTABLES6_PART": _sized(
        "SRC=<IPV6 source.ip>",
        "DST=<IPV6 destination.ip>",
        "LEN=<INT iptables.length int>?",
        "TC=(?:0|0x<BASE16NUM iptables.tos>)?",
        "HOPLIMIT=<INT iptables.ttl int>?",
        "FLOWLBL=<INT iptables.flow_label>?",
    ),
    # The last two bytes of the cluster's hardware address are text, not classes; "(:?" is an optional colon.
    "IPTABLES": _sized(
        "IN=<NOTSPACE observer.ingress.interface.name>?",
        "OUT=<NOTSPACE observer.egress.interface.name>?",
        r"(?:MAC=<COMMONMAC destination.mac>?(?::<COMMONMAC source.mac>)?(?::A-Fa-f0-9{2}:A-Fa-f0-9{2})?\s+)?"
        "(?::?<IPTABLES4_PART>|<IPTABLES6_PART>).*?PROTO=<WORD network.transport>?",
        "SPT=<INT source.port int>?",
        "DPT=<INT destination.port int>?",
        "<IPTABLES_TCP_PART>?",
    ),
    "SHOREWALL": "<SYSLOGTIMESTAMP timestamp> <WORD observer.hostname> .*Shorewall:<WORD shorewall.firewall.type>?:"
    "<WORD shorewall.firewall.action>?.*<IPTABLES>",
    "SFW2_LOG_PREFIX": "SFW2-INext-<NOTSPACE suse.firewall.action>",
    "SFW2": r"(?:<SYSLOGTIMESTAMP timestamp>|<TIMESTAMP_ISO8601 timestamp>)\s*<HOSTNAME observer.hostname>"
    r".*?<SFW2_LOG_PREFIX suse.firewall.log_prefix>\s*<IPTABLES>",
}


def names(*, ecs: bool, opensearch: bool) -> dict[str, str]:
    """The names of this family and their texts."""
    cisco = {**_CISCO, **(_CISCO_ECS if ecs else _CISCO_LEGACY)}
    filters = dict(_IPTABLES_ECS if ecs else _IPTABLES_LEGACY)
    if opensearch and not ecs:
        filters |= _IPTABLES_OPENSEARCH
    return {**spell_all(cisco, side(_CISCO_KEYS, ecs=ecs)), **_junos(ecs=ecs), **spell_all(filters)}
