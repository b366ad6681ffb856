"""Web servers, proxies and what Amazon writes about them."""

from __future__ import annotations

from shipper.pipeline.grok.banks.notation import columns, side, spell_all

# -- Apache ----------------------------------------------------------------------------------------------------------

_HTTPD_KEYS = {
    "stamp": ("HTTPDATE timestamp", "HTTPDATE timestamp"),
    "error_stamp": ("HTTPDERROR_DATE timestamp", "HTTPDERROR_DATE timestamp"),
    "level": ("LOGLEVEL loglevel", "LOGLEVEL log.level"),
    "client": ("IPORHOST clientip", "IPORHOST source.address"),
    "request": ("NOTSPACE request", "NOTSPACE url.original"),
    "verb": ("WORD verb", "WORD http.request.method"),
    "version": ("NUMBER httpversion", "NUMBER http.version"),
    "module": ("WORD module", "WORD apache.error.module"),
    "code": ("DATA errorcode", "DATA error.code"),
}
_REQUEST = "(?:<verb> <request>(?: HTTP/<version>)?|{otherwise})"
_HTTPD = {
    "HTTPDUSER": "<EMAILADDRESS>|<USER>",
    "HTTPD_ERRORLOG": "<HTTPD20_ERRORLOG>|<HTTPD24_ERRORLOG>",
    "HTTPD20_ERRORLOG": r"\[<error_stamp>\] \[<level>\] (?:\[client <client>\] )?<GREEDYDATA message>",
    "COMMONAPACHELOG": "<HTTPD_COMMONLOG>",
    "COMBINEDAPACHELOG": "<HTTPD_COMBINEDLOG>",
}
_HTTPD_LEGACY = {
    "HTTPD_COMMONLOG": r"<client> <HTTPDUSER ident> <HTTPDUSER auth> \[<stamp>\] "
    f'"{_REQUEST.format(otherwise="<DATA rawrequest>")}" <-|NUMBER response> <-|NUMBER bytes>',
    "HTTPD_COMBINEDLOG": "<HTTPD_COMMONLOG> <QS referrer> <QS agent>",
    "HTTPD24_ERRORLOG": r"\[<error_stamp>\] \[<module>?:<level>\] \[pid <POSINT pid>(?::tid <NUMBER tid>)?\]"
    r"(?: \(<POSINT proxy_errorcode>\)<DATA proxy_message>:)?"
    r"(?: \[client <client>:<POSINT clientport>\])?(?: <code>:)? <GREEDYDATA message>",
}
_HTTPD_OPENSEARCH = {
    "HTTPD20_ERRORLOG": _HTTPD["HTTPD20_ERRORLOG"].replace(
        "GREEDYDATA message", "GREEDYDATA errormsg"
    ),
    "HTTPD24_ERRORLOG": _HTTPD_LEGACY["HTTPD24_ERRORLOG"]
    .replace("proxy_message", "proxy_errormessage")
    .replace("[client <client>", "[client <IPORHOST client>"),
    "COMMONAPACHELOG": _HTTPD_LEGACY["HTTPD_COMMONLOG"]
    .replace("HTTPDUSER auth", "USER auth")
    .replace("<-|NUMBER response>", "<NUMBER response>")
    .replace("<-|NUMBER bytes>", "<NUMBER bytes|->"),
    "COMBINEDAPACHELOG": "<COMMONAPACHELOG> <QS referrer> <QS agent>",
}
_HTTPD_ECS = {
    "HTTPD_COMMONLOG": r"<client> <-|HTTPDUSER apache.access.user.identity> <-|HTTPDUSER user.name> \[<stamp>\] "
    f'"{_REQUEST.format(otherwise="<DATA>")}" '
    "<-|INT http.response.status_code int> <-|INT http.response.body.bytes long>",
    "HTTPD_COMBINEDLOG": '<HTTPD_COMMONLOG> "<-|DATA http.request.referrer>" "<-|DATA user_agent.original>"',
    # The question mark makes the proxy's code no name to the cluster but text to be found as it stands.
    "HTTPD24_ERRORLOG": r"\[<error_stamp>\] \[<module>?:<level>\] "
    r"\[pid <POSINT process.pid long>(?::tid <INT process.thread.id int>)?\]"
    r"(?: \(<POSINT apache.error.proxy.error.code?>\)<DATA apache.error.proxy.error.message>:)?"
    r"(?: \[client <client>(?::<POSINT source.port int>)?\])?(?: <code>:)? <GREEDYDATA message>",
}

# -- HAProxy ---------------------------------------------------------------------------------------------------------

_HAPROXY_KEYS = {
    "client": ("IP client_ip", "IP source.address"),
    "client_port": ("INT client_port", "INT source.port int"),
    "accepted": ("HAPROXYDATE accept_date", "HAPROXYDATE haproxy.request_date"),
    "frontend": ("NOTSPACE frontend_name", "NOTSPACE haproxy.frontend_name"),
    "backend": ("NOTSPACE backend_name", "NOTSPACE haproxy.backend_name"),
    "server": ("NOTSPACE server_name", "NOTSPACE haproxy.server_name"),
    "t_request": ("INT time_request", "INT haproxy.http.request.time_wait_ms int"),
    "t_queue": ("INT time_queue", "INT haproxy.total_waiting_time_ms int"),
    "t_connect": ("INT time_backend_connect", "INT haproxy.connection_wait_time_ms int"),
    "t_response": (
        "INT time_backend_response",
        "INT haproxy.http.request.time_wait_without_data_ms int",
    ),
    "t_all": ("NOTSPACE time_duration", "NOTSPACE haproxy.total_time_ms"),
    "size": ("NOTSPACE bytes_read", "INT source.bytes long"),
    "ended": ("NOTSPACE termination_state", "NOTSPACE haproxy.termination_state"),
    "c_all": ("INT actconn", "INT haproxy.connections.active int"),
    "c_front": ("INT feconn", "INT haproxy.connections.frontend int"),
    "c_back": ("INT beconn", "INT haproxy.connections.backend int"),
    "c_server": ("INT srvconn", "INT haproxy.connections.server int"),
    "c_again": ("NOTSPACE retries", "INT haproxy.connections.retries int"),
    "q_server": ("INT srv_queue", "INT haproxy.server_queue int"),
    "q_back": ("INT backend_queue", "INT haproxy.backend_queue int"),
    "syslog": ("SYSLOGTIMESTAMP syslog_timestamp", "SYSLOGTIMESTAMP timestamp"),
    "iso": ("TIMESTAMP_ISO8601 timestamp8601", "TIMESTAMP_ISO8601 timestamp"),
    "host": ("IPORHOST syslog_server", "IPORHOST host.hostname"),
}
_LEAD = r"<client>:<client_port> \[<accepted>\] <frontend> <backend>/"
_COUNTS = "<c_all>/<c_front>/<c_back>/<c_server>/<c_again> <q_server>/<q_back>"
_SYSLOG = "(?:<syslog>|<iso>) <host> <SYSLOGPROG>: "
_HAPROXY = {"HAPROXYHTTP": f"{_SYSLOG}<HAPROXYHTTPBASE>"}
_HAPROXY_LEGACY = {
    "HAPROXYTIME": r"<HOUR haproxy_hour>:<MINUTE haproxy_minute>:<SECOND haproxy_second>(?!\d)",
    "HAPROXYDATE": "<MONTHDAY haproxy_monthday>/<MONTH haproxy_month>/<YEAR haproxy_year>:"
    "<HAPROXYTIME haproxy_time>.<INT haproxy_milliseconds>",
    "HAPROXYCAPTUREDREQUESTHEADERS": "<DATA captured_request_headers>",
    "HAPROXYCAPTUREDRESPONSEHEADERS": "<DATA captured_response_headers>",
    "HAPROXYHTTPBASE": f"{_LEAD}<server> <t_request>/<t_queue>/<t_connect>/<t_response>/<t_all> <INT http_status_code> "
    f"<size> <DATA captured_request_cookie> <DATA captured_response_cookie> <ended> {_COUNTS} "
    r"(?:\{<HAPROXYCAPTUREDREQUESTHEADERS>\})? ?(?:\{<HAPROXYCAPTUREDRESPONSEHEADERS>\})? ?"
    '"(?:[<]BADREQ>|(?:<WORD http_verb> (?:<URIPROTO http_proto>://)?(?:<USER http_user>(?::[^@]*)?@)?'
    '<URIHOST http_host>?<URIPATHPARAM http_request>?(?: HTTP/<NUMBER http_version>)?)?)"?',
    "HAPROXYTCP": f"{_SYSLOG}{_LEAD}<server> <t_queue>/<t_connect>/<t_all> <size> <ended> {_COUNTS}",
}
_BASE = _HAPROXY_LEGACY["HAPROXYHTTPBASE"]
_HAPROXY_OPENSEARCH = {"HAPROXYHTTPBASE": _BASE.removesuffix("?")}
_SERVER = "(?:[<]NOSRV>|<server>)"
_HAPROXY_ECS = {
    "HAPROXYTIME": r"<HOUR>:<MINUTE>:<SECOND>(?!\d)",
    "HAPROXYDATE": "<MONTHDAY>/<MONTH>/<YEAR>:<HAPROXYTIME>.<INT>",
    "HAPROXYCAPTUREDREQUESTHEADERS": "<DATA haproxy.http.request.captured_headers>",
    "HAPROXYCAPTUREDRESPONSEHEADERS": "<DATA haproxy.http.response.captured_headers>",
    "HAPROXYURI": "(?:<URIPROTO url.scheme>://)?(?:<USER url.username>(?::[^@]*)?@)?"
    r"(?:<IPORHOST url.domain>(?::<POSINT url.port int>)?)?(?:<URIPATH url.path>(?:\?<URIQUERY url.query>)?)?",
    "HAPROXYHTTPREQUESTLINE": "(?:[<]BADREQ>|<WORD http.request.method> <HAPROXYURI url.original>(?: HTTP/<NUMBER http.version>)?)",
    "HAPROXYHTTPBASE": f"{_LEAD}{_SERVER} (?:-1|<t_request>)/(?:-1|<t_queue>)/(?:-1|<t_connect>)/(?:-1|<t_response>)/<t_all> "
    "<INT http.response.status_code int> <size> <-|DATA haproxy.http.request.captured_cookie> "
    f"<-|DATA haproxy.http.response.captured_cookie> <ended> {_COUNTS}"
    r"(?: \{<HAPROXYCAPTUREDREQUESTHEADERS>\}(?: \{<HAPROXYCAPTUREDRESPONSEHEADERS>\})?)?"
    '(?: "<HAPROXYHTTPREQUESTLINE>"?)?',
    "HAPROXYTCP": f"{_SYSLOG}{_LEAD}{_SERVER} (?:-1|<t_queue>)/(?:-1|<t_connect>)/<t_all> <size> <ended> {_COUNTS}",
}

# -- Squid -----------------------------------------------------------------------------------------------------------

_SQUID_LEGACY = {
    "SQUID3": r"<NUMBER timestamp>\s+<NUMBER duration>\s<IP client_address>\s<WORD cache_result>/<NONNEGINT status_code>"
    r"\s<NUMBER bytes>\s<WORD request_method>\s<NOTSPACE url>\s<NOTSPACE user|->\s"
    r"<WORD hierarchy_code>/<IPORHOST server|->\s<NOTSPACE content_type>"
}
_SQUID_OPENSEARCH = {
    "SQUID3": _SQUID_LEGACY["SQUID3"]
    .replace("<NONNEGINT status_code>", "<POSINT status_code>")
    .replace("<IPORHOST server|->", "<IPORHOST server>")
}
_SQUID_ECS = {
    "SQUID3_STATUS": "(?:<POSINT http.response.status_code int>|0(?:00)??)",
    "SQUID3": r"<NUMBER timestamp>\s+<NUMBER squid.request.duration int>\s<IP source.ip>\s<WORD event.action>/<SQUID3_STATUS>"
    r"\s<INT http.response.bytes long>\s<WORD http.request.method>\s<NOTSPACE url.original>\s<-|NOTSPACE user.name>\s"
    r"<WORD squid.hierarchy_code>/<-|IPORHOST destination.address>\s<-|NOTSPACE http.response.mime_type>",
}

# -- Amazon ----------------------------------------------------------------------------------------------------------

_AWS_KEYS = {key: _HTTPD_KEYS[key] for key in ("verb", "version")}
_AWS_LEGACY = {
    "S3_REQUEST_LINE": "(?:<verb> <NOTSPACE request>(?: HTTP/<version>)?|<DATA rawrequest>)",
    "S3_ACCESS_LOG": r"<WORD owner> <NOTSPACE bucket> \[<HTTPDATE timestamp>\] <IP clientip> <NOTSPACE requester> "
    '<NOTSPACE request_id> <NOTSPACE operation> <NOTSPACE key> (?:"<S3_REQUEST_LINE>"|-) <INT response int|-> '
    "<-|NOTSPACE error_code> <INT bytes int|-> <INT object_size int|-> <INT request_time_ms int|-> "
    '<INT turnaround_time_ms int|-> <QS referrer|-> (?:"?<QS agent>"?|-) <-|NOTSPACE version_id>',
    "ELB_URIPATHPARAM": "<URIPATH path><URIPARAM params>?",
    "ELB_URI": "<URIPROTO proto>://(?:<USER>(?::[^@]*)?@)?<URIHOST urihost>?<ELB_URIPATHPARAM>?",
    "ELB_REQUEST_LINE": "(?:<verb> <ELB_URI request>(?: HTTP/<version>)?|<DATA rawrequest>)",
    "ELB_ACCESS_LOG": "<TIMESTAMP_ISO8601 timestamp> <NOTSPACE elb> <IP clientip>:<INT clientport int> "
    "(?:<IP backendip>:?:<INT backendport int>|-) <NUMBER request_processing_time float> "
    "<NUMBER backend_processing_time float> <NUMBER response_processing_time float> <INT response int> "
    '<-|INT backend_response int> <INT received_bytes int> <INT bytes int> "<ELB_REQUEST_LINE>"',
    "CLOUDFRONT_ACCESS_LOG": columns(r"\t",
        r"(?<timestamp><YEAR>-<MONTHNUM>-<MONTHDAY>\t<TIME>)", "<WORD x_edge_location>", "<NUMBER sc_bytes int|->",
        "<IPORHOST clientip>", "<WORD cs_method>", "<HOSTNAME cs_host>", "<NOTSPACE cs_uri_stem>", "<NUMBER sc_status int>",
        "<GREEDYDATA referrer>", "<GREEDYDATA agent>", "<GREEDYDATA cs_uri_query>", "<GREEDYDATA cookies>",
        "<WORD x_edge_result_type>", "<NOTSPACE x_edge_request_id>", "<HOSTNAME x_host_header>", "<URIPROTO cs_protocol>",
        "<INT cs_bytes int>", "<GREEDYDATA time_taken float>", "<GREEDYDATA x_forwarded_for>", "<GREEDYDATA ssl_protocol>",
        "<GREEDYDATA ssl_cipher>", "<GREEDYDATA x_edge_response_result_type>",
    ),
}  # fmt: skip
_AWS_OPENSEARCH = {
    "ELB_ACCESS_LOG": _AWS_LEGACY["ELB_ACCESS_LOG"].replace(
        "<-|INT backend_response int>", "<INT backend_response int>"
    )
}
_AWS_ECS = {
    "S3_REQUEST_LINE": "(?:<verb> <NOTSPACE url.original>(?: HTTP/<version>)?)",
    # The cluster's own text is spoilt where the brackets around the time should be: it cannot be compiled, there or here.
    "S3_ACCESS_LOG": r"<WORD aws.s3access.bucket_owner> <NOTSPACE aws.s3access.bucket> \<HTTPDATE timestamp>\ <-|IP client.ip> "
    "<-|NOTSPACE client.user.id>",
    "ELB_URIHOST": "<IPORHOST url.domain>(?::<POSINT url.port int>)?",
    "ELB_URIPATHQUERY": r"<URIPATH url.path>(?:\?<URIQUERY url.query>)?",
    "ELB_URIPATHPARAM": "<ELB_URIPATHQUERY>",
    # "^" is the start of a line to the cluster, which makes a password impossible.
    "ELB_URI": "<URIPROTO url.scheme>://(?:<USER url.username>(?::^@*)?@)?<ELB_URIHOST>?<ELB_URIPATHQUERY>?",
    "ELB_REQUEST_LINE": "(?:<verb> <ELB_URI url.original>(?: HTTP/<version>)?)",
    "ELB_V1_HTTP_LOG": "<TIMESTAMP_ISO8601 timestamp> <NOTSPACE aws.elb.name> <IP source.ip>:<INT source.port int> "
    "(?:-|<IP aws.elb.backend.ip>:<INT aws.elb.backend.port int>) "
    + " ".join(
        f"(?:-1|<NUMBER aws.elb.{part}_processing_time.sec float>)" for part in ("request", "backend", "response")
    )
    + " <INT http.response.status_code int> <-|INT aws.elb.backend.http.response.status_code int> "
    '<INT http.request.body.bytes long> <INT http.response.body.bytes long> "<ELB_REQUEST_LINE>"'
    '(?: "<-|DATA user_agent.original>" <-|NOTSPACE tls.cipher> <-|NOTSPACE aws.elb.ssl_protocol>)?',
    "ELB_ACCESS_LOG": "<ELB_V1_HTTP_LOG>",
    "CLOUDFRONT_ACCESS_LOG": columns(r"\t",
        r"(?<timestamp><YEAR>-<MONTHNUM>-<MONTHDAY>\t<TIME>)", "<WORD aws.cloudfront.x_edge_location>",
        "<-|INT destination.bytes long>", "<IPORHOST source.ip>", "<WORD http.request.method>", "<HOSTNAME url.domain>",
        "<NOTSPACE url.path>", "(?:000|<INT http.response.status_code int>)", "<-|DATA http.request.referrer>",
        "<DATA user_agent.original>", "<-|DATA url.query>", "<-|DATA aws.cloudfront.http.request.cookie>",
        "<WORD aws.cloudfront.x_edge_result_type>", "<NOTSPACE aws.cloudfront.x_edge_request_id>",
        "<HOSTNAME aws.cloudfront.http.request.host>", "<URIPROTO network.protocol>", "<-|INT source.bytes long>",
        "<NUMBER aws.cloudfront.time_taken float>", "<-|IP network.forwarded_ip>", "<-|DATA aws.cloudfront.ssl_protocol>",
        "<-|NOTSPACE tls.cipher>", "<WORD aws.cloudfront.x_edge_response_result_type>",
    ) + r"(?:\t" + columns(r"\t",
        "(?:-|HTTP/<NUMBER http.version>)", "<-|DATA aws.cloudfront.fle_status>",
        "<-|DATA aws.cloudfront.fle_encrypted_fields>", "<INT source.port int>",
        "<NUMBER aws.cloudfront.time_to_first_byte float>", "<-|DATA aws.cloudfront.x_edge_detailed_result_type>",
        "<-|NOTSPACE http.request.mime_type>", "<-|INT aws.cloudfront.http.request.size long>",
        "<-|INT aws.cloudfront.http.request.range.start long>", "<-|INT aws.cloudfront.http.request.range.end long>",
    ) + ")?",
}  # fmt: skip


def names(*, ecs: bool, opensearch: bool) -> dict[str, str]:
    """The names of this family and their texts."""
    httpd = {**_HTTPD, **(_HTTPD_ECS if ecs else _HTTPD_LEGACY)}
    haproxy = {**_HAPROXY, **(_HAPROXY_ECS if ecs else _HAPROXY_LEGACY)}
    aws = dict(_AWS_ECS if ecs else _AWS_LEGACY)
    squid = dict(_SQUID_ECS if ecs else _SQUID_LEGACY)
    if opensearch and not ecs:
        httpd |= _HTTPD_OPENSEARCH
        for name in ("HTTPD_COMMONLOG", "HTTPD_COMBINEDLOG"):
            del httpd[name]
        haproxy |= _HAPROXY_OPENSEARCH
        aws |= _AWS_OPENSEARCH
        squid |= _SQUID_OPENSEARCH
    return {
        **spell_all(httpd, side(_HTTPD_KEYS, ecs=ecs)),
        **spell_all(haproxy, side(_HAPROXY_KEYS, ecs=ecs)),
        **spell_all(aws, side(_AWS_KEYS, ecs=ecs)),
        **spell_all(squid),
    }
