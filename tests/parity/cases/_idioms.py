"""Scripts such as published pipelines have them, each with documents."""

from __future__ import annotations

from typing import Any

Idiom = tuple[str, list[dict[str, Any]], dict[str, Any] | None]

IDIOMS: list[Idiom] = [
    (
        """
def total = 0L;
for (side in ['source', 'destination']) {
  if (ctx[side] != null && ctx[side].bytes != null) { total += ctx[side].bytes; }
}
if (ctx.network == null) { ctx.network = new HashMap(); }
ctx.network.bytes = total;
""",
        [{"source": {"bytes": 10}, "destination": {"bytes": 3000000000}}, {"source": {}}, {}, {"source": {"bytes": "x"}}],
        None,
    ),
    (
        """
if (ctx.zeek?.conn?.duration != null) {
  ctx.event.duration = (long) (ctx.zeek.conn.duration * 1000000000L);
}
""",
        [{"event": {}, "zeek": {"conn": {"duration": 0.125}}}, {"event": {}, "zeek": {"conn": {"duration": 3}}}, {"zeek": {"conn": {"duration": 1}}}, {}],
        None,
    ),
    (
        """
def level = ctx.log?.level;
if (level == null) { return; }
ctx.event = ctx.event ?: new HashMap();
ctx.event.severity = params.levels.getOrDefault(level.toLowerCase(), params.levels['default']);
""",
        [{"log": {"level": "ERROR"}}, {"log": {"level": "odd"}, "event": {"a": 1}}, {"log": {}}, {"log": {"level": 5}}],
        {"levels": {"error": 3, "warn": 4, "info": 6, "default": 7}},
    ),
    (
        """
String[] pairs = ctx.message.splitOnToken(' ');
Map out = new HashMap();
for (String pair : pairs) {
  int at = pair.indexOf('=');
  if (at > 0) {
    String name = pair.substring(0, at);
    String value = pair.substring(at + 1);
    if (value.startsWith('"') && value.endsWith('"') && value.length() > 1) { value = value.substring(1, value.length() - 1); }
    if (out.containsKey(name)) {
      if (!(out[name] instanceof List)) { out[name] = [out[name]]; }
      out[name].add(value);
    } else { out[name] = value; }
  }
}
ctx.fields = out;
""",
        [{"message": 'a=1 b="two" c= a=3 d'}, {"message": ""}, {"message": "x=y x=z x=w"}, {}],
        None,
    ),
    (
        """
void prune(Map map) {
  Iterator it = map.entrySet().iterator();
  while (it.hasNext()) {
    Map.Entry entry = it.next();
    def value = entry.getValue();
    if (value instanceof Map) { prune(value); }
    if (value == null || value == '' || value == '-' || (value instanceof Map && value.isEmpty()) || (value instanceof List && value.isEmpty())) { it.remove(); }
  }
}
prune(ctx);
""",
        [{"a": None, "b": "", "c": {"d": "-", "e": {"f": None}}, "g": [], "h": [None], "i": 0}, {"a": {"b": {"c": "x"}}}, {}],
        None,
    ),
    (
        """
boolean dropEmptyFields(Object object) {
  if (object == null || object == '') { return true; }
  if (object instanceof Map) {
    ((Map) object).values().removeIf(value -> dropEmptyFields(value));
    return (((Map) object).size() == 0);
  }
  if (object instanceof List) {
    ((List) object).removeIf(value -> dropEmptyFields(value));
    return (((List) object).length == 0);
  }
  return false;
}
dropEmptyFields(ctx);
""",
        [{"a": {"b": {"c": None}}, "d": ["", None, "x"], "e": [[]], "f": False}, {"x": [{"y": ""}, {"z": 1}]}],
        None,
    ),
    (
        """
ctx.tags = ctx.tags instanceof List ? ctx.tags : ctx.tags == null ? [] : [ctx.tags];
if (!ctx.tags.contains(params.tag)) { ctx.tags.add(params.tag); }
""",
        [{"tags": "one"}, {"tags": ["seen"]}, {}, {"tags": {"a": 1}}],
        {"tag": "seen"},
    ),
    (
        """
def answers = ctx.dns?.answers;
if (answers instanceof List) {
  def ips = new HashSet();
  for (a in answers) { if (a?.type == 'A' && a.data != null) { ips.add(a.data); } }
  ctx.dns.resolved_ip = new ArrayList(ips);
  ctx.dns.resolved_ip.sort((x, y) -> x.compareTo(y));
}
""",
        [{"dns": {"answers": [{"type": "A", "data": "2.2.2.2"}, {"type": "A", "data": "1.1.1.1"}, {"type": "A", "data": "2.2.2.2"}, {"type": "TXT"}, None]}}, {"dns": {"answers": "x"}}, {}],
        None,
    ),
    (
        """
ctx.geo = new HashMap();
ctx.geo.location = ['lat': Double.parseDouble(ctx.lat), 'lon': Double.parseDouble(ctx.lon)];
ctx.remove('lat'); ctx.remove('lon');
""",
        [{"lat": "48.1", "lon": "-11.5"}, {"lat": "x", "lon": "1"}, {"lat": 1.5, "lon": "1"}, {}],
        None,
    ),
    (
        """
for (entry in ctx.parsed.entrySet()) {
  String key = entry.getKey().replace('.', '_').toLowerCase();
  if (!ctx.containsKey(key)) { ctx[key] = entry.getValue(); }
}
ctx.remove('parsed');
""",
        [{"parsed": {"A.b": 1, "C": {"d": 2}, "old": 1}, "old": 0}, {"parsed": {}}, {"parsed": [1]}, {}],
        None,
    ),
    (
        """
Map flatten(String prefix, Map source, Map target) {
  for (entry in source.entrySet()) {
    String name = prefix.isEmpty() ? entry.getKey() : prefix + '.' + entry.getKey();
    if (entry.getValue() instanceof Map) { flatten(name, entry.getValue(), target); } else { target[name] = entry.getValue(); }
  }
  return target;
}
ctx.flat = flatten('', ctx.remove('data'), [:]);
""",
        [{"data": {"a": {"b": {"c": 1}}, "d": [1, 2], "e": None}}, {"data": {}}, {"data": "x"}, {}],
        None,
    ),
    (
        """
def parts = ctx.url.splitOnToken('?');
ctx.path = parts[0];
if (parts.length > 1) {
  def query = [:];
  for (item in parts[1].splitOnToken('&')) {
    def kv = item.splitOnToken('=', 2);
    query[kv[0]] = kv.length > 1 ? kv[1] : null;
  }
  ctx.query = query;
}
""",
        [{"url": "/a?b=1&c=d=e&f"}, {"url": "/plain"}, {"url": "?"}, {"url": None}],
        None,
    ),
    (
        """
long toNumber(String ip) {
  long found = 0;
  for (String part : ip.splitOnToken('.')) { found = (found << 8) | Integer.parseInt(part); }
  return found;
}
long ip = toNumber(ctx.ip);
ctx.private = false;
for (range in params.ranges) {
  long mask = range.bits == 0 ? 0L : (-1L << (32 - range.bits)) & 4294967295L;
  if ((ip & mask) == (toNumber(range.net) & mask)) { ctx.private = true; break; }
}
ctx.number = ip;
""",
        [{"ip": "10.1.2.3"}, {"ip": "192.168.7.1"}, {"ip": "8.8.8.8"}, {"ip": "x"}, {}],
        {"ranges": [{"net": "10.0.0.0", "bits": 8}, {"net": "192.168.0.0", "bits": 16}, {"net": "172.16.0.0", "bits": 12}]},
    ),
    (
        """
try {
  ZonedDateTime start = ZonedDateTime.parse(ctx.start);
  ZonedDateTime end = ZonedDateTime.parse(ctx.end);
  ctx.duration = ChronoUnit.MILLIS.between(start, end);
} catch (Exception e) {
  ctx.error = 'no dates';
}
""",
        [{"start": "2024-02-28T23:59:59Z", "end": "2024-03-01T00:00:01.5+01:00"}, {"start": "x", "end": "y"}, {"start": None}, {}],
        None,
    ),
    (
        """
int score = 0;
for (rule in params.rules) {
  def value = ctx[rule.field];
  if (value == null) { continue; }
  if (rule.op == 'gt' && value instanceof Number && value > rule.value) { score += rule.score; }
  else if (rule.op == 'eq' && value == rule.value) { score += rule.score; }
  else if (rule.op == 'has' && value.toString().contains(rule.value)) { score += rule.score; }
}
ctx.risk = score >= 50 ? 'high' : score > 0 ? 'low' : 'none';
ctx.score = score;
""",
        [{"count": 100, "user": "root", "cmd": "rm -rf /"}, {"count": 1.5, "user": "bob"}, {"count": "x"}, {}],
        {"rules": [{"field": "count", "op": "gt", "value": 10, "score": 20}, {"field": "user", "op": "eq", "value": "root", "score": 30}, {"field": "cmd", "op": "has", "value": "rm ", "score": 25}]},
    ),
    (
        """
StringBuilder text = new StringBuilder();
for (int i = 0; i < ctx.mac.length(); i++) {
  char c = ctx.mac.charAt(i);
  if (c == (char) ':' || c == (char) '.') { continue; }
  if (text.length() > 0 && (text.length() + 1) % 3 == 0) { text.append('-'); }
  text.append(c);
}
ctx.mac = text.toString().toUpperCase();
""",
        [{"mac": "aa:bb:cc:dd:ee:ff"}, {"mac": "aabb.ccdd.eeff"}, {"mac": ""}, {"mac": 5}],
        None,
    ),
    (
        """
if (ctx.hashes instanceof String) {
  def found = [:];
  for (h in ctx.hashes.splitOnToken(',')) {
    int at = h.indexOf('=');
    if (at != -1) { found[h.substring(0, at).toLowerCase()] = h.substring(at + 1).toLowerCase(); }
  }
  ctx.process = ['hash': found];
  if (found.containsKey('imphash')) { ctx.process.pe = ['imphash': found.remove('imphash')]; }
}
""",
        [{"hashes": "SHA1=AB,MD5=CD,IMPHASH=EF"}, {"hashes": "x"}, {"hashes": ["a"]}, {}],
        None,
    ),
    (
        """
Map byCode = new TreeMap();
for (item in ctx.items) { byCode.computeIfAbsent(item.code, k -> new ArrayList()).add(item.name); }
def lines = [];
for (e in byCode.entrySet()) { lines.add(e.getKey() + ':' + String.join('+', e.getValue())); }
ctx.lines = lines;
""",
        [{"items": [{"code": "b", "name": "x"}, {"code": "a", "name": "y"}, {"code": "b", "name": "z"}]}, {"items": []}, {"items": [{"code": None, "name": "q"}]}, {}],
        None,
    ),
    (
        """
def seen = new LinkedHashSet();
for (f in ['source', 'destination', 'client', 'server']) {
  def ip = ctx[f]?.ip;
  if (ip instanceof List) { seen.addAll(ip); } else if (ip != null) { seen.add(ip); }
}
if (!seen.isEmpty()) { ctx.related = ['ip': new ArrayList(seen)]; }
""",
        [{"source": {"ip": "1.1.1.1"}, "client": {"ip": ["2.2.2.2", "1.1.1.1"]}, "server": {}}, {}, {"source": "x"}],
        None,
    ),
    (
        """
def status = ctx.http?.response?.status_code;
if (status instanceof String) { status = Integer.parseInt(status); ctx.http.response.status_code = status; }
if (status != null) {
  ctx.event.outcome = status >= 200 && status < 400 ? 'success' : 'failure';
  ctx.event.category = status / 100 == 5 ? ['web', 'error'] : ['web'];
}
""",
        [{"event": {}, "http": {"response": {"status_code": "503"}}}, {"event": {}, "http": {"response": {"status_code": 204}}}, {"http": {"response": {"status_code": 301.0}}, "event": {}}, {"http": {}}],
        None,
    ),
    (
        """
String text = ctx.message;
int depth = 0;
int begin = -1;
List found = [];
for (int i = 0; i < text.length(); i++) {
  String c = text.substring(i, i + 1);
  if (c == '{') { if (depth++ == 0) { begin = i; } }
  else if (c == '}' && depth > 0 && --depth == 0) { found.add(text.substring(begin, i + 1)); }
}
ctx.objects = found;
""",
        [{"message": 'a {"b": {"c": 1}} x {"d": 2} }'}, {"message": ""}, {"message": "{{"}, {}],
        None,
    ),
    (
        """
def rename(Map map, String from, String to) {
  if (map.containsKey(from)) { map[to] = map.remove(from); return true; }
  return false;
}
int n = 0;
for (e in params.names.entrySet()) { if (rename(ctx, e.getKey(), e.getValue())) { n++; } }
ctx.renamed = n;
""",
        [{"src": "1.1.1.1", "dst": "2.2.2.2", "x": 1}, {}, {"src": None}],
        {"names": {"src": "source_ip", "dst": "destination_ip", "usr": "user"}},
    ),
    (
        """
ctx.entrySet().removeIf(e -> e.getKey().startsWith('_tmp') || e.getValue() == null);
ctx.keys = new ArrayList(ctx.keySet());
ctx.keys.removeIf(k -> k.startsWith('_'));
Collections.sort(ctx.keys);
""",
        [{"_tmp": 1, "_tmp2": {"a": 1}, "b": None, "c": 1, "a": "x"}, {}],
        None,
    ),
    (
        """
double bytes = 0;
String unit = 'B';
def m = /^(\\d+)(?:\\.(\\d+))? ?([KMG])B$/.matcher(ctx.size);
if (m.matches()) {
  bytes = Double.parseDouble(m.group(1) + '.' + (m.group(2) == null ? '0' : m.group(2)));
  unit = m.group(3);
  if (unit == 'K') { bytes *= 1024; } else if (unit == 'M') { bytes *= 1024 * 1024; } else { bytes *= 1024L * 1024 * 1024; }
}
ctx.bytes = (long) bytes;
ctx.unit = unit;
""",
        [{"size": "10KB"}, {"size": "1.5 MB"}, {"size": "3GB"}, {"size": "none"}, {"size": None}],
        None,
    ),
    (
        """
if (ctx.a == null && ctx.b == null) { throw new IllegalArgumentException('neither a nor b in ' + ctx._index); }
ctx.c = ctx.a != null ? ctx.a : ctx.b;
""",
        [{"a": 1}, {"b": 2}, {}],
        None,
    ),
    (
        """
List out = [];
for (int i = 0; i < ctx.names.size() && i < ctx.values.size(); i++) {
  out.add(['name': ctx.names[i], 'value': ctx.values[i], 'index': i]);
}
ctx.metrics = out;
ctx.sum = ctx.values.stream().filter(v -> v instanceof Number).map(v -> v.doubleValue()).reduce(0.0, (x, y) -> x + y);
""",
        [{"names": ["a", "b"], "values": [1, 2.5, "x"]}, {"names": [], "values": []}, {"names": ["a"]}],
        None,
    ),
    (
        """
String camel(String name) {
  StringBuilder made = new StringBuilder();
  boolean up = false;
  for (int i = 0; i < name.length(); i++) {
    String c = name.substring(i, i + 1);
    if (c == '_' || c == '-') { up = true; continue; }
    made.append(up ? c.toUpperCase() : c);
    up = false;
  }
  return made.toString();
}
Map renamed = new HashMap();
for (e in ctx.labels.entrySet()) { renamed.put(camel(e.getKey()), e.getValue()); }
ctx.labels = renamed;
""",
        [{"labels": {"app_name": "x", "pod-id": 1, "a_b_c": None}}, {"labels": {}}, {"labels": {"ü_ß": 1}}],
        None,
    ),
]  # fmt: skip
