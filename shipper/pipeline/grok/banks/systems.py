"""Syslog, cron, Java, Ruby, databases, mail and name servers."""

from __future__ import annotations

from shipper.pipeline.grok.banks.notation import columns, side, spell_all

# -- syslog and cron -------------------------------------------------------------------------------------------------

_SYSLOG = {
    "SYSLOGHOST": "<IPORHOST>",
    "SYSLOGLINE": "<SYSLOGBASE2> <GREEDYDATA message>",
    "SYSLOG5424PRINTASCII": "[!-~]+",
    "SYSLOG5424SD": r"\[<DATA>\]+",
    "CRON_ACTION": "[A-Z ]+",
}
_SYSLOG_KEYS = {
    "program": ("PROG program", "PROG process.name"),
    "pid": ("POSINT pid", "POSINT process.pid int"),
    "facility": ("NONNEGINT facility", "NONNEGINT log.syslog.facility.code int"),
    "priority": ("NONNEGINT priority", "NONNEGINT log.syslog.priority int"),
    "host": ("SYSLOGHOST logsource", "SYSLOGHOST host.hostname"),
    "stamp": ("SYSLOGTIMESTAMP timestamp", "SYSLOGTIMESTAMP timestamp"),
    "iso": ("TIMESTAMP_ISO8601 timestamp8601", "TIMESTAMP_ISO8601 timestamp"),
    "user": ("USER user", "USER user.name"),
    "action": ("CRON_ACTION action", "CRON_ACTION system.cron.action"),
    "pam_module": ("WORD pam_module", "WORD system.auth.pam.module"),
    "pam_caller": ("DATA pam_caller", "DATA system.auth.pam.origin"),
    "pam_state": ("WORD pam_session_state", "WORD system.auth.pam.session_state"),
    "pam_user": ("USERNAME username", "USERNAME user.name"),
    "pam_by": ("GREEDYDATA pam_by", "GREEDYDATA"),
    "pri": ("NONNEGINT syslog5424_pri", "NONNEGINT log.syslog.priority int"),
    "rest": ("GREEDYDATA syslog5424_msg", "GREEDYDATA message"),
}
_SYSLOG_BOTH = {
    "SYSLOGPROG": r"<program>(?:\[<pid>\])?",
    "SYSLOGFACILITY": "<<facility>.<priority>>",
    "SYSLOGBASE": "<stamp> (?:<SYSLOGFACILITY> )?<host> <SYSLOGPROG>:",
    "SYSLOGPAMSESSION": r"<SYSLOGBASE> (?=<GREEDYDATA message>)<pam_module>\(<pam_caller>\): "
    "session <pam_state> for user <pam_user>(?: by <pam_by>)?",
    "CRONLOG": r"<SYSLOGBASE> \(<user>\) <action> \(<DATA message>\)",
    "SYSLOG5424PRI": "[<]<pri>>",
    "SYSLOG5424LINE": "<SYSLOG5424BASE> +<rest>",
}
_SYSLOG_LEGACY = {
    # The cluster lets the host repeat without anything in between, and so do we.
    "SYSLOGBASE2": "(?:<stamp>|<iso>) (?:<SYSLOGFACILITY> )?<host>+(?: <SYSLOGPROG>:)?",
    "SYSLOG5424BASE": "<SYSLOG5424PRI><NONNEGINT syslog5424_ver> +"
    + columns(
        " +",
        "<TIMESTAMP_ISO8601 syslog5424_ts|->",
        "<IPORHOST syslog5424_host|->",
        "<-|SYSLOG5424PRINTASCII syslog5424_app>",
        "<-|SYSLOG5424PRINTASCII syslog5424_proc>",
        "<-|SYSLOG5424PRINTASCII syslog5424_msgid>",
        "(?:<SYSLOG5424SD syslog5424_sd>|-)?",
    ),
}
_SYSLOG_ECS = {
    "SYSLOGBASE2": "(?:<stamp>|<iso>)(?: <SYSLOGFACILITY>)?(?: <host>)?(?: <SYSLOGPROG>:)?",
    "SYSLOG5424BASE": "<SYSLOG5424PRI><NONNEGINT system.syslog.version> +"
    + columns(
        " +",
        "<-|TIMESTAMP_ISO8601 timestamp>",
        "<-|IPORHOST host.hostname>",
        "<-|SYSLOG5424PRINTASCII process.name>",
        "<-|POSINT process.pid int>",
        "<-|SYSLOG5424PRINTASCII event.code>",
        "<-|SYSLOG5424SD system.syslog.structured_data>?",
    ),
}

# -- Java ------------------------------------------------------------------------------------------------------------

_IDENTIFIER = r"[A-Za-z_$][\w$]*"
_JAVA = {
    "JAVACLASS": rf"(?:{_IDENTIFIER}\.)*{_IDENTIFIER}",
    "JAVAFILE": r"[\w$. -]+",
    "JAVAMETHOD": rf"(?:[<](?:cl)?init>|{_IDENTIFIER})",
    "JAVATHREAD": r"[A-Z]{2}-Processor\d+",
    "JAVALOGMESSAGE": ".*",
}
_CLOCK = "<HOUR>:?<MINUTE>:?<SECOND>"
_JAVA_LEGACY = {
    "JAVASTACKTRACEPART": r"<SPACE>at <JAVACLASS class>\.<JAVAMETHOD method>\(<JAVAFILE file>(?::<NUMBER line>)?\)",
    # "20" and then a year: of two or of four digits, as the cluster reads it.
    "CATALINA_DATESTAMP": f"<MONTH> <MONTHDAY>, 20<YEAR> {_CLOCK} [AP]M",
    "TOMCAT_DATESTAMP": f"20<YEAR>-<MONTHNUM>-<MONTHDAY> {_CLOCK} <ISO8601_TIMEZONE>",
    "CATALINALOG": "<CATALINA_DATESTAMP timestamp> <JAVACLASS class> <JAVALOGMESSAGE logmessage>",
    "TOMCATLOG": r"<TOMCAT_DATESTAMP timestamp> \| <LOGLEVEL level> \| <JAVACLASS class> - <JAVALOGMESSAGE logmessage>",
}
_JAVA_OPENSEARCH = {
    "JAVAFILE": r"[\w. -]+",
    "JAVASTACKTRACEPART": r"at <JAVACLASS class>\.<WORD method>\(<JAVAFILE file>:<NUMBER line>\)",
}
_JAVA_KEYS = {
    "class": "JAVACLASS java.log.origin.class.name",
    "method": "JAVAMETHOD log.origin.function",
    "message": "JAVALOGMESSAGE message",
    "level": "LOGLEVEL log.level",
}
_PLAIN_CLOCK = "<HOUR>:<MINUTE>:<SECOND>"
_TOMCAT_FORMATS = ("CATALINA8_DATESTAMP", "CATALINA7_DATESTAMP", "TOMCATLEGACY_DATESTAMP")
_JAVA_ECS = {
    "JAVASTACKTRACEPART": r"<SPACE>at <class>\.<method>\(<JAVAFILE log.origin.file.name>(?::<INT log.origin.file.line int>)?\)",
    "CATALINA7_DATESTAMP": f"<MONTH> <MONTHDAY>, <YEAR> {_PLAIN_CLOCK} [AP]M",
    "CATALINA7_LOG": r"<CATALINA7_DATESTAMP timestamp> <class>(?: <method>)?\s*(?:<level>:)? <message>",
    "CATALINA8_DATESTAMP": f"<MONTHDAY>-<MONTH>-<YEAR> {_PLAIN_CLOCK}",
    "CATALINA8_LOG": r"<CATALINA8_DATESTAMP timestamp> <level> \[<DATA java.log.origin.thread.name>\] <class>\.<method>? <message>",
    "CATALINA_DATESTAMP": "|".join(f"<{name}>" for name in _TOMCAT_FORMATS[:2]),
    "CATALINALOG": "<CATALINA8_LOG>|<CATALINA7_LOG>",
    "TOMCAT7_LOG": "<CATALINA7_LOG>",
    "TOMCAT8_LOG": "<CATALINA8_LOG>",
    "TOMCATLEGACY_DATESTAMP": f"<YEAR>-<MONTHNUM>-<MONTHDAY> {_PLAIN_CLOCK}(?: <ISO8601_TIMEZONE>)?",
    "TOMCATLEGACY_LOG": r"<TOMCATLEGACY_DATESTAMP timestamp> \| <level> \| <class> - <message>",
    "TOMCAT_DATESTAMP": "|".join(f"<{name}>" for name in _TOMCAT_FORMATS),
    "TOMCATLOG": "<TOMCAT8_LOG>|<TOMCAT7_LOG>|<TOMCATLEGACY_LOG>",
}

# -- Ruby ------------------------------------------------------------------------------------------------------------

_RUBY = {
    "RUBY_LOGLEVEL": "(?:DEBUG|INFO|WARN|ERROR|FATAL)",
    "RUBY_LOGGER": r"[DEFIW], \[<TIMESTAMP_ISO8601 timestamp> #<pid>\] *<level> -- +<program>: <GREEDYDATA message>",
    "RUUID": r"\h{32}",
    "RCONTROLLER": r"(?<{controller}>[^#]+)#(?<{action}>\w+)",
    # (?m) lets the dot match newlines.
    "RAILS3HEAD": '(?m)Started <verb> "<path>" for <client> at '
    "(?<timestamp><YEAR>-<MONTHNUM>-<MONTHDAY> <HOUR>:<MINUTE>:<SECOND> <ISO8601_TIMEZONE>)",
    "RPROCESSING": r"\W*Processing by <RCONTROLLER> as (?<{format}>\S+)(?:\W*Parameters: {{<params>}}\W*)?",
    "RAILS3FOOT": "Completed <status><DATA> in <total>ms <RAILS3PROFILE><GREEDYDATA>",
    "RAILS3PROFILE": r"(?:\((?:Views: <views>ms \| )?ActiveRecord: <records>ms)?",
    "RAILS3": r"<RAILS3HEAD><RPROCESSING>?(?<{context}>(?:<DATA>\n)*)<RAILS3FOOT>?",
}
_RUBY_KEYS = {
    "pid": ("POSINT pid", "POSINT process.pid int"),
    "level": ("RUBY_LOGLEVEL loglevel", "RUBY_LOGLEVEL log.level"),
    "program": ("DATA progname", "DATA process.name"),
    "verb": ("WORD verb", "WORD http.request.method"),
    "path": ("URIPATHPARAM request", "URIPATHPARAM url.original"),
    "client": ("IPORHOST clientip", "IPORHOST source.address"),
    "params": ("DATA params", "DATA rails.request.params"),
    "status": ("NUMBER response", "POSINT http.response.status_code int"),
    "total": ("NUMBER totalms", "NUMBER rails.request.duration.total float"),
    "views": ("NUMBER viewms", "NUMBER rails.request.duration.view float"),
    "records": ("NUMBER activerecordms", "NUMBER rails.request.duration.active_record float"),
}
_RUBY_GROUPS = {
    "controller": ("controller", "rails.controller.class"),
    "action": ("action", "rails.controller.action"),
    "format": ("format", "rails.request.format"),
    "context": ("context", "rails.request.explain.original"),
}

# -- Databases and queues --------------------------------------------------------------------------------------------

_STORES = {
    "REDISTIMESTAMP": "<MONTHDAY> <MONTH> <TIME>",
    "MONGO_QUERY": r"\{ .* \}(?= ntoreturn:)",
    "MONGO_WORDDASH": r"\b[\w-]+\b",
    "MONGO3_SEVERITY": r"\w",
    "MCOLLECTIVEAUDIT": "<TIMESTAMP_ISO8601 timestamp>:",
    "MAVEN_VERSION": r"(?:\d+\.){0,2}(?:\*|\d+)(?:[.-](?:RELEASE|SNAPSHOT))?",
}
_STORES_LEGACY = {
    "REDISLOG": r"\[<POSINT pid>\] <REDISTIMESTAMP timestamp> \* ",
    "REDISMONLOG": r'<NUMBER timestamp> \[<INT database> <IP client>:<NUMBER port>\] "<WORD command>"\s?<GREEDYDATA params>',
    "POSTGRESQL": "<DATESTAMP timestamp> <TZ> <DATA user_id> <GREEDYDATA connection_id> <POSINT pid>",
    "MONGO_LOG": r"<SYSLOGTIMESTAMP timestamp> \[<WORD component>\] <GREEDYDATA message>",
    "MONGO_SLOWQUERY": r"<WORD> <MONGO_WORDDASH database>\.<MONGO_WORDDASH collection> <WORD>: <MONGO_QUERY query> "
    "<WORD>:<NONNEGINT ntoreturn> <WORD>:<NONNEGINT ntoskip> <WORD>:<NONNEGINT nscanned>.*nreturned:<NONNEGINT nreturned>"
    r"..+ (?<duration>\d+)ms",
    "MONGO3_COMPONENT": "<WORD>|-",
    "MONGO3_LOG": "<TIMESTAMP_ISO8601 timestamp> <MONGO3_SEVERITY severity> <MONGO3_COMPONENT component><SPACE>"
    r"(?:\[<DATA context>\])? <GREEDYDATA message>",
    "MCOLLECTIVE": r"., \[<TIMESTAMP_ISO8601 timestamp> #<POSINT pid>\]<SPACE><LOGLEVEL event_level>",
}
_STORES_ECS = {
    "REDISLOG": r"\[<POSINT process.pid int>\] <REDISTIMESTAMP timestamp> \*",
    "REDISMONLOG": r"<NUMBER timestamp> \[<INT redis.database.id> <IP client.ip>:<POSINT client.port int>\] "
    r'"<WORD redis.command.name>"\s?<GREEDYDATA redis.command.args>',
    "POSTGRESQL": "<DATESTAMP timestamp> <TZ event.timezone> <DATA user.name> "
    "<GREEDYDATA postgresql.log.connection_id> <POSINT process.pid int>",
    "MONGO_LOG": r"<SYSLOGTIMESTAMP timestamp> \[<WORD mongodb.component>\] <GREEDYDATA message>",
    "MONGO_SLOWQUERY": r"<WORD mongodb.profile.op> <MONGO_WORDDASH mongodb.database>\.<MONGO_WORDDASH mongodb.collection> "
    "<WORD>: <MONGO_QUERY mongodb.query.original> "
    + " ".join(
        f"{key}:<NONNEGINT mongodb.profile.{key} int>"
        for key in ("ntoreturn", "ntoskip", "nscanned")
    )
    + ".*? nreturned:<NONNEGINT mongodb.profile.nreturned int>.*? <INT mongodb.profile.duration int>ms",
    "MONGO3_COMPONENT": "<WORD>",
    "MONGO3_LOG": "<TIMESTAMP_ISO8601 timestamp> <MONGO3_SEVERITY log.level> <-|MONGO3_COMPONENT mongodb.component><SPACE>"
    r"(?:\[<DATA mongodb.context>\])? <GREEDYDATA message>",
    "MCOLLECTIVE": r"., \[<TIMESTAMP_ISO8601 timestamp> #<POSINT process.pid int>\]<SPACE><LOGLEVEL log.level>",
}

# -- Bind and Exim ---------------------------------------------------------------------------------------------------

_SERVERS = {
    "BIND9_TIMESTAMP": "<MONTHDAY>-<MONTH>-<YEAR> <TIME>",
    "EXIM_MSGID": "[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}",
    "EXIM_QT": "".join(rf"(?:\d+{unit})?" for unit in "ywdhms"),
    "EXIM_EXCLUDE_TERMS": "(?:Message is frozen|(?:Start|End) queue run| (?:Warning:|retry time not reached"
    "|no (?:IP address|host name) found for (?:IP address|host)"
    "|unexpected disconnection while reading SMTP command|no immediate delivery:) "
    "|another process is handling this message)",
    "EXIM": "<EXIM_MESSAGE_ARRIVAL>",
    "EXIM_NAMED_FIELDS": "(?: (?:<EXIM_REMOTE_HOST>|<EXIM_INTERFACE>|<EXIM_PROTOCOL>|<EXIM_MSG_SIZE>|<EXIM_HEADER_ID>"
    "|<EXIM_SUBJECT>|<EXIM_UNKNOWN_FIELD>))*",
}
_REMOTE = (
    r"H=(?:<NOTSPACE remote_hostname> )?(?:\(<NOTSPACE remote_heloname>\) )?\[<IP remote_host>\]"
)
_SERVERS_LEGACY = {
    "BIND9": r"<BIND9_TIMESTAMP timestamp> queries: <LOGLEVEL loglevel>: client(?::? @0x\h+)? <IP clientip>#<POSINT clientport> "
    r"\(<GREEDYDATA query>\): query: <GREEDYDATA query> IN <GREEDYDATA querytype> \(<IP dns>\)",
    "EXIM_FLAGS": r"(?:[*=>-]>|<=|==|\*\*)",
    "EXIM_DATE": "<YEAR exim_year>-<MONTHNUM exim_month>-<MONTHDAY exim_day> <TIME exim_time>",
    "EXIM_PID": r"\[<POSINT pid>\]",
    "EXIM_REMOTE_HOST": f"{_REMOTE}(?::<POSINT remote_port>)?",
    "EXIM_INTERFACE": r"I=\[<IP exim_interface>\](?::<NUMBER exim_interface_port>)",
    "EXIM_PROTOCOL": "P=<NOTSPACE protocol>",
    "EXIM_MSG_SIZE": "S=<NUMBER exim_msg_size>",
    "EXIM_HEADER_ID": "id=<NOTSPACE exim_header_id>",
    "EXIM_SUBJECT": "T=<QS exim_subject>",
    "EXIM_UNKNOWN_FIELD": "[A-Za-z0-9]{1,4}=<NOTSPACE>",
    "EXIM_MESSAGE_ARRIVAL": "<EXIM_DATE timestamp> (?:<EXIM_PID> )?<EXIM_MSGID exim_msgid> (?<exim_flags>[<]=) "
    "(?<exim_status>[a-z:] )?<EMAILADDRESS exim_sender_email><EXIM_NAMED_FIELDS>(?: for <EMAILADDRESS exim_recipient_email>)?",
}
_SERVERS_OPENSEARCH = {
    "BIND9": _SERVERS_LEGACY["BIND9"].replace(r"(?::? @0x\h+)?", ""),
    "EXIM_PID": r"\[<POSINT>\]",
    "EXIM_REMOTE_HOST": _REMOTE,
}
_ONLY_ELASTICSEARCH = ("EXIM", "EXIM_MESSAGE_ARRIVAL", "EXIM_NAMED_FIELDS", "EXIM_UNKNOWN_FIELD")
_RECORD_TYPES = (
    "A AAAA CAA CDNSKEY CDS CERT CNAME CSYNC DLV DNAME DNSKEY DS HINFO LOC MX NAPTR NS NSEC NSEC3"
    " OPENPGPKEY PTR RRSIG RP SIG SMIMEA SOA SRV TSIG TXT URI"
)
_SERVERS_ECS = {
    "BIND9_DNSTYPE": f"(?:{_RECORD_TYPES.replace(' ', '|')})",
    "BIND9_CATEGORY": "queries",
    # "(:?" asks for an optional colon, here as in the cluster.
    "BIND9_QUERYLOGBASE": r"client(?::? @0x\h+)? <IP client.ip>#<POSINT client.port int> \(<GREEDYDATA bind.log.question.name>\): "
    "query: <GREEDYDATA dns.question.name> (?<dns.question.class>IN) <BIND9_DNSTYPE dns.question.type>"
    r"(?::? <DATA bind.log.question.flags>)? \(<IP server.ip>\)",
    "BIND9_QUERYLOG": "<BIND9_TIMESTAMP timestamp> <BIND9_CATEGORY bing.log.category>: <LOGLEVEL log.level>: <BIND9_QUERYLOGBASE>",
    "BIND9": "<BIND9_QUERYLOG>",
    "EXIM_FLAGS": r"(?:<=|[=>*-]>|\*\*|==|<>)",
    "EXIM_DATE": ":?<YEAR>-<MONTHNUM>-<MONTHDAY> <TIME>",
    "EXIM_PID": r"\[<POSINT process.pid int>\]",
    # The cluster's own text is spoilt before the address: it cannot be compiled, there or here, nor what is made of it.
    "EXIM_REMOTE_HOST": r"(?:H=(?:<NOTSPACE source.address> )?(?:\(<NOTSPACE exim.log.remote_address>\) )?\<IP source.ip>\]"
    "(?::<POSINT source.port int>)?)",
    "EXIM_INTERFACE": r"I=\[<IP destination.ip>\](?::<NUMBER destination.port int>)",
    "EXIM_PROTOCOL": "P=<NOTSPACE network.protocol>",
    "EXIM_MSG_SIZE": "S=<NUMBER exim.log.message.size int>",
    "EXIM_HEADER_ID": "id=<NOTSPACE exim.log.header_id>",
    "EXIM_QUOTED_CONTENT": r'(?:[^\\"]|\\.)*',
    "EXIM_SUBJECT": 'T="<EXIM_QUOTED_CONTENT exim.log.message.subject>"',
    "EXIM_UNKNOWN_FIELD": "[A-Za-z0-9]{1,4}=(?:<QUOTEDSTRING>|<NOTSPACE>)",
    "EXIM_MESSAGE_ARRIVAL": "<EXIM_DATE timestamp> (?:<EXIM_PID> )?<EXIM_MSGID exim.log.message.id> (?<exim.log.flags>[<]=) "
    "(?<exim.log.status>[a-z:] )?<EMAILADDRESS exim.log.sender.email><EXIM_NAMED_FIELDS>"
    "(?:(?: from [<]?<DATA exim.log.sender.original>>?)? for <EMAILADDRESS exim.log.recipient.email>)?",
}


def _ruby(*, ecs: bool) -> dict[str, str]:
    texts = dict(_RUBY)
    for name in ("RCONTROLLER", "RPROCESSING", "RAILS3"):
        texts[name] = texts[name].format_map(side(_RUBY_GROUPS, ecs=ecs))
    return spell_all(texts, side(_RUBY_KEYS, ecs=ecs))


def names(*, ecs: bool, opensearch: bool) -> dict[str, str]:
    """The names of this family and their texts."""
    syslog = {**_SYSLOG, **_SYSLOG_BOTH, **(_SYSLOG_ECS if ecs else _SYSLOG_LEGACY)}
    java = {**_JAVA, **(_JAVA_ECS if ecs else _JAVA_LEGACY)}
    stores = {**_STORES, **(_STORES_ECS if ecs else _STORES_LEGACY)}
    servers = {**_SERVERS, **(_SERVERS_ECS if ecs else _SERVERS_LEGACY)}
    if opensearch and not ecs:
        java |= _JAVA_OPENSEARCH
        servers |= _SERVERS_OPENSEARCH
        for name in _ONLY_ELASTICSEARCH:
            del servers[name]
    return {
        **spell_all(syslog, side(_SYSLOG_KEYS, ecs=ecs)),
        **spell_all(java, _JAVA_KEYS if ecs else None),
        **_ruby(ecs=ecs),
        **spell_all(stores),
        **spell_all(servers),
    }
