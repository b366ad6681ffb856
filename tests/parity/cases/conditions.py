"""
Cases of conditions: a script, a document, and whether the processor ran or what the script threw.

Each script carries a number, because the cluster's call sites remember what they met: one script, one document.
"""

from __future__ import annotations

import random
from typing import Any

from shipper.pipeline import painless
from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.values import copy
from tests.parity.case import Case
from tests.parity.options import COMMON
from tests.pipeline.painless.scripts import Plain, Scripts, document, plain_document

SCRIPTS = r"""
ctx.a.c.d == 1
ctx.a
ctx.n
ctx.i
null
1
ctx.zz < 1
ctx.num > '5'
ctx.num > 5
ctx.s.contains(1)
ctx.i.contains('x')
ctx.i.foo
ctx.l.foo
ctx.l[5]
ctx.l[-1] == null
ctx.l[-4] == null
ctx.a == ctx.a
[1,2] == ctx.l
[1,'x',null] == ctx.l
ctx.l == [1,'x',null]
ctx.l == ctx.l
ctx.a.b = 1
ctx.a.b == 1L
ctx.a.b.equals(1L)
ctx.a.b.equals(1)
[1,2].contains(1L)
ctx.huge == 12345678901234567890
ctx._type == null
ctx._version == null
ctx._index == '_index'
ctx.containsKey('_ingest')
ctx.s instanceof String
1/0 == 1
ctx.i/0 == 1
ctx.s =~ /b/
ctx.s ==~ /b/
ctx.i =~ /b/
ctx.n =~ /b/
params.size() == 0
params.x == null
ctx.n.foo
ctx.n?.foo
ctx.a.size() == 1
ctx.a.put('x',1) == null
ctx['a'].b == 1
ctx.l.0 == 1
ctx.l.1 == 'x'
ctx.a?.b
(boolean)ctx.t
return ctx.t
if (ctx.t) return true
if (ctx.t) { return true } return false
for (x in ctx.l) { if (x == 'x') return true } return false
while (true) {} return true
ctx.s > 'a'
ctx.t && 1
ctx.i && true
ctx.t & true
ctx.i & 1
$('a.b', 2) == 1
ctx.a instanceof HashMap
ctx.a instanceof Map
def x = ctx.t
def x = ctx.t; x
ctx._version.foo
ctx.keySet().toString() == 1
ctx.l.add(1)
ctx.l[0] = 1; return true
ctx.remove('a'); return true
ctx.a.b = 1; return true
for (x in ctx.l) { if (x == 'x') return true; } return false
for (x in ctx.a) { } return false
for (x in ctx.i) { x = 1; } return false
for (int i = 0; i < 2000000; i++) { } return false
ctx.l.stream().anyMatch(x -> x == 'x')
ctx.l.stream().anyMatch(x -> x.foo)
ctx.i.intValue() == 5
ctx.i == 5.0
ctx.f > 1 ? ctx.t : false
ctx.s.length()
ctx.s.contains(ctx.i)
ctx.s.substring(ctx.big) == 'a'
ctx.s.substring(ctx.i) == 'a'
ctx.s.substring(1L) == 'a'
ctx.s.substring(ctx.n) == 'a'
Integer x = 5; return true
Object x = 5; return true
Number x = 5; return x == 5
Long x = 5; return x == 5
String x = ctx.i; return true
String x = 5; return true
String x = ctx.s; return x == 'abc'
int x = ctx.f; return true
int x = (int)ctx.f; return x == 1
long x = ctx.i; return x == 5
int x = ctx.big; return true
(char)ctx.s == 'a'
(char)'ab' == 'a'
(char)'a' == 'a'
(char)'a' == 97
(String)ctx.i == '5'
(String)((char)'a') == 'a'
ctx.t > 1
ctx.t > true
ctx.t + 1 == 1
ctx.n + 1 == 1
ctx.n + 'x' == 'nullx'
ctx.s * 2 == 1
-ctx.s == 1
~ctx.f == 1
!ctx.i
!ctx.n
ctx.i << ctx.f == 1
ctx.i << ctx.s == 1
ctx.s << 1 == 1
ctx.s & 1
ctx.t & 1
ctx.f & 1
ctx.i << 1L == 10
1 << 33 == 2
1 << ctx.big == 1
ctx.t == 1
ctx.l instanceof List && ctx.l.length == 3
ctx.a.empty
ctx.empty
ctx.l.empty
ctx.s.empty
ctx.l['0'] == 1
ctx.l['x'] == 1
ctx.s['x'] == 1
ctx.i['x'] == 1
ctx.l[ctx.big] == 1
ctx.a[1] == null
ctx.a[null] == null
ctx[1] == null
ctx[null] == null
ctx.s.splitOnToken('b')[0] == 'a'
ctx.s.splitOnToken('b').length == 2
ctx.s.splitOnToken('b')[-1] == 'c'
ctx.s.splitOnToken('b')[7] == 'c'
ctx.s == null ? true
ctx. s == 'abc'
ctx.s == 'abc' // foo
ctx.s == 'a\nb'
ctx.s == "a'b"
ctx.s == "a\"b"
1. == 1
.5 == 1
0777 == 511
09 == 9
1e3 == 1000
1f == 1
1e400 == 1
1e40f == 1
ctx?.a?.b == 1
ctx.'a' == 1
ctx?['a'] == 1
x == 1
if (ctx.i == 5) return true else return false
if (ctx.i == 5) { return true } else { return false }
if (ctx.i == 5) { true }
ctx.i == 5;
ctx.i == 5;;
;
ctx.i == 5; true
5; return true
true; return true
return true; return false
return
if (true) { return true }
if (ctx.t) { return true; } else if (ctx.i == 5) return false; else { return true; }
ctx.l.stream().filter(x -> x != null).count() > 1
ctx.l.any(x -> x == 'x')
String.valueOf(ctx.i) == '5'
Integer.parseInt(ctx.num) == 5
Integer.parseInt(ctx.s) == 5
Integer.parseInt(ctx.n) == 5
Objects.equals(ctx.i, 5)
Objects.equals(ctx.i, 5L)
Math.max(ctx.i, 3) == 5
ctx.a instanceof Map && ctx.a['b'] instanceof Integer
ctx.i instanceof int
ctx instanceof Map
5 instanceof Integer
ctx.i instanceof def
null instanceof String
ctx.n instanceof def
ctx.i === 5
ctx.a.b === 1
ctx.big == 3000000000L
ctx.f == 1.5f
ctx.l.contains('x')
[1,'x'].contains(ctx.i)
['a':1].a == 1
['a':1]['a'] == 1
[:].isEmpty()
[:]
[] == []
new ArrayList().isEmpty()
ctx.i == 0x5
ctx.i == 0X5L
ctx.i == 05
ctx.n?.foo.bar
ctx.n?.foo?.bar == null
ctx.n?.size() == null
ctx.n?.size().bar == null
int x = 5; x += 1.7; return x == 6
int x = 5; x++; return x == 6
String s = 'a'; s += 1; return s == 'a1'
byte b = 5; return b == 5
byte b = (byte)300; return b == 44
short b = 5; return true
char c = 'a'; return true
char c = (char)'a'; return c + 1 == 98
char c = (char)'a'; return 'x' + c == 'xa'
long l = 5; int i = l; return true
float f = 1.5; return true
double d = 1; return d == 1
def d = 1; def e = 1L; return d.equals(e)
boolean b = ctx.n; return true
Boolean b = ctx.n; return b == null
Boolean b = true; return b
if (ctx.n) { return true }
true ? ctx.i : 'x'
(ctx.t ? 1 : 'x') == 1
(ctx.t ? 1 : 2.5) == 1.0
ctx.t ? true : null
ctx.t ? null : true
return ctx.t ? true : null
return ctx.t ? ctx.t : null
def x = ctx.t ? 1 : null; return x == 1
ctx.n ?: true
ctx.n ?: 1
(ctx.n ?: 'a') == 'a'
'a' ?: 'b'
null ?: true
1 ?: 2
ctx.n ?: null
ctx.size() ?: 2
ctx.size() == null
ctx.size() == 'a'
ctx.s == 1
'a' == 1
true == 1
true == 'a'
null == 1
1 == null
null == null
ctx.keySet() == null
ctx.keySet().contains('a')
ctx.keySet() == 1
'abc' > 'b'
'abc' > 1
1 + 'a' == '1a'
true + 1 == 1
true + 'a' == 'truea'
null + 'a' == 'nulla'
1.0 + 'a' == '1.0a'
1e10 + '' == '1.0E10'
1f/3 + '' == '0.33333334'
5 / 2 == 2
-5 / 2 == -2
-5 % 3 == -2
5.5 % 2 == 1.5
5 / 0.0 > 1e300
1 & true
true & true
true ^ ctx.t
5 & 3.0
5L & 3 == 1
(5L & 3) == 1
!1
-true
-'a' == 1
~5 == -6
~5.0 == 1
+ctx.i == 5
+ctx.s == 'abc'
+'a' == 'a'
1 instanceof int
'a' instanceof String
[1] instanceof List
ctx.l.get(0) == 1
ctx.a.get('b') == 1
ctx.a.getOrDefault('zz', 3) == 3
ctx.a.keySet().size() == 1
ctx.a.entrySet().size() == 1
ctx.s.foo
ctx.s.length
ctx.s.charAt(0) == 'a'
ctx.s.charAt(0) == (char)'a'
ctx.s.charAt(0) + '' == 'a'
'abc'.charAt(0) == 'a'
ctx.s.compareTo('b') < 0
ctx.i.compareTo(6) < 0
ctx.i.compareTo(6L) < 0
ctx.s.substring(0,1).equals('a')
ctx.s.indexOf('c') == 2
ctx.s.indexOf(99) == 2
ctx.s.replace('a','b') == 'bbc'
/a.c/.matcher(ctx.s).matches()
/a.c/.matcher(ctx.s).find()
ctx.s =~ /A/i
java.util.Objects.isNull(ctx.n)
Map m = ctx.a; return m.b == 1
Map m = ctx.a; return m.size() == 1
List l = ctx.l; return l[1] == 'x' && l.1 == 'x'
Map m = ctx.l; return true
(Map)ctx.l == null
((List)ctx.l).size() == 3
((String)ctx.s).length() == 3
ctx.l.contains(null)
ctx.l.indexOf('x') == 1
int i = ctx.l.size(); return i == 3
long i = ctx.l.size(); return i == 3
ctx.a.b.c.d = 1; return true
for (def e : ctx.a.entrySet()) { if (e.getKey() == 'b' && e.value == 1) return true; } return false
for (def e : ctx.a) { return true; } return false
for (def e : ctx.i) { if (e == 1) return true; } return false
for (String e : ctx.l) { if (e == 1) return true; } return false
for (String e : ctx.l) { if (e == 'x') return true; } return false
for (def e : ctx.n) { if (e == 1) return true; } return false
def i = 0; while (i < 5) { i++; if (i == 3) break; } return i == 3
def i = 0; do { i++; } while (i < 5); return i == 5
int i = 0; while (i < 5) { ++i; continue; } return i == 5
x = 5; return true
def x; return x == null
int x; return x == 0
def x = 1; def x = 2; return true
def x = 1; if (ctx.t) { def x = 2; } return true
def x = 1; if (ctx.t) { x = 2; } return x == 2
if (ctx.t) { def y = 1; } return y == 1
if (ctx.t) { } return true
if (ctx.t) { return true } else { }
ctx.t; return true
ctx.s.length(); return true
ctx.a.b; return true
ctx.a?.b == 1 ? true : false
ctx.t == true
ctx.t == 'true'
ctx.s.equals(ctx.s)
int x = ctx.f + ctx.f; return x == 3
long x = ctx.i + ctx.i; return x == 10
String x = ctx.i + ctx.i; return x == '55'
String x = ctx.s + ctx.i; return x == 'abc5'
int x = -ctx.f; return x == -1
boolean x = ctx.t & ctx.t; return x
boolean x = ctx.t & ctx.n; return x
return ctx.i + ctx.i
(ctx.i + ctx.s) && true
'abc'.substring(ctx.i - 4) == 'bc'
[1,2][ctx.f - 0.5] == 2
def m = ctx; return m?.get('s') == 'abc'
def m = ctx.l; m.add(1); return true
def m = new ArrayList(); m.add(1); return m.size() == 1 && m[0] == 1
def m = []; m.add(1); m[0] = 5; return m[0] == 5
def m = [:]; m.a = 1; m['b'] = 2; return m.a == 1 && m.size() == 2
int x = ctx.a?.b; return x == 1
ctx.t ? ctx.a.b : true
return ctx.t ? ctx.a.b : true
ctx.a.b ?: true
return ctx.a.b ?: true
ctx.a.b && true
ctx['a']['b'] && true
ctx['i'] && true
params.x && true
Map m = ctx.a; return m.b
ctx.get('i') && true
if (ctx.s.length()) { return true; } return false
!ctx.s.length()
String x = ctx.s.length(); return true
double x = ctx.s.length(); return x == 3
(int)ctx.s.isEmpty() == 1
'abc'.contains(ctx.s.length())
ctx.l.any(y -> y == 'x')
ctx.s >= ctx.i
ctx.i > null
null > ctx.i
ctx.i << null == 1
null << ctx.i == 1
(double)ctx.s == 1
(float)ctx.s == 1
(Boolean)ctx.s == null
1L << ctx.i == 32
1 << ctx.f == 1
ctx.i == 0x1F
ctx.i == 0x1fL
ctx.l.stream().map(y -> '' + y).collect(Collectors.joining('|')) == '1|x|null'
ctx.l.stream().map(y -> y.foo).count() == 3
ctx.l.stream().filter(y -> y instanceof String).findFirst().get() == 'x'
ctx.l.stream().limit(1).count() == 1
ctx.s =~ /^[a-c]+$/
ctx.s =~ /^(?i)ABC$/
ctx.s ==~ /a.c/s
ctx.s ==~ /a./
/b/.matcher(ctx.s).find()
/b/.matcher(ctx.s).matches()
ctx.i =~ /5/
ctx.a.b =~ /5/
ctx.s =~ /(/
Integer x = ctx.i; return x == ctx.i
Integer x = ctx.i; return x < 6
Objects.requireNonNull(ctx.n) == 1
Collections.emptyList().isEmpty()
String.join(',', ['a', 'b']) == 'a,b'
ctx.i === 5 && ctx.t === true
ctx.l.subList(0, 1).size() == 1
'😀'.length() == 2 && '😀'.substring(1) != ''
'ß'.toUpperCase() == 'SS'
'ABC'.equalsIgnoreCase('abc') && 'É'.equalsIgnoreCase('é')
2147483647 + 1 == -2147483648
2147483647 * 2 == -2
-2147483648 / -1 == -2147483648
9223372036854775807L + 1 < 0
0.1 + 0.2 == 0.3
0.1f + 0.2f == 0.3f
1.0 / 0 == 1
0.0 == -0.0
5 % -3 == 2 && -5 % 3 == -2
1 >>> 33 == 0
-1 >>> 28 == 15
-1L >>> 60 == 15
'a' + 1 + 2 == 'a12'
1 + 2 + 'a' == '3a'
ctx.big == 3000000000
ctx.big.intValue() < 0
(int)ctx.big < 0
(byte)ctx.i == 5 && (short)70000 == 4464
(int)1e20 == 2147483647
(long)ctx.f == 1
ctx.f + '' == '1.5'
100.0 + '' == '100.0' && 1e7 + '' == '1.0E7' && 1e-4 + '' == '1.0E-4'
1.0f + '' == '1.0' && 16777216f + '' == '1.6777216E7'
for (int i = 0, j = 10; i < j; i++, j--) { }
for (int i = 0; i < 3; i++) { if (i == 2) { return true; } }
int i = 0; while (true) { i++; if (i > 5) { break; } } return i == 6
int i = 0; for (;;) { if (++i > 3) return true; }
"""
DOCUMENT: dict[str, Any] = {
    "a": {"b": 1}, "s": "abc", "i": 5, "l": [1, "x", None], "f": 1.5, "big": 3000000000, "t": True, "n": None, "num": "5",
}  # fmt: skip
PATHS = (
    "ctx.v == 'x'", "ctx.v != null", "ctx.v?.w == 1", "ctx.v.w == 1", "ctx.v > 1", "ctx.v == 1", "ctx.v == 1.0", "ctx.v", "!ctx.v", "ctx.v && true",
    "ctx.v.length() > 0", "ctx.v.isEmpty()", "ctx.v.size() == 1", "ctx.v.contains('x')", "ctx.v.containsKey('w')", "ctx.v[0] == 'x'", "ctx.v.0 == 'x'",
    "ctx.v + 1 == 2", "ctx.v + 'a' == 'xa'", "ctx.v instanceof String", "ctx.v instanceof Map", "ctx.v instanceof List", "ctx.v instanceof Number",
    "ctx.v?.toString() == 'x'", "ctx.v == true", "ctx.v == ctx.v", "ctx.v.equals(1)", "ctx.v?.contains('x') != true", "['x', 1].contains(ctx.v)",
    "for (e in ctx.v) { if (e == 'x') return true; } return false", "ctx.v =~ /x/", "(ctx.v ?: 'x') == 'x'", "ctx.v ? true : false", "String s = ctx.v; return s == 'x'",
    "int n = ctx.v; return n == 1", "if (ctx.v == null) { return false; } return ctx.v.startsWith('x')", "ctx.v.toLowerCase() == 'x'", "(int) ctx.v == 1", "ctx.v * 2 == 2",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    "x", "", "é😀", None, 1, -1, 3000000000, 1.0, 1.5, True, False, [], ["x"], [1, None], [["x"]], {}, {"w": 1}, {"w": {"x": None}},
)  # fmt: skip
PAGE = "https://www.elastic.co/docs/reference/scripting-languages/painless/painless-field-context"
_RANDOM = 300  # scripts of each kind
_SEED = 4


def _case(script: str, number: int, source: dict[str, Any]) -> Case | None:
    message = "{{{_ingest.on_failure_message}}}"
    try:
        painless.compile(script, flavour="opensearch")(copy(source))
    except Invalid:
        pass
    except Unsupported:
        return None
    except ScriptFailure as failure:
        message = "in the virtual machine's words" if failure.foreign else message
    step = {"field": "ran", "value": True, "if": f"{script} /* {number} */"}
    pipeline = {
        "processors": [{"set": step}],
        "on_failure": [{"set": {"field": "failed", "value": message}}],
    }
    return Case(option="if", kind=COMMON, document=source, pipeline=pipeline, only="opensearch")


def _cases() -> list[Case]:
    pairs = [(script, DOCUMENT) for script in SCRIPTS.strip("\n").split("\n")]
    pairs += [(script, {"v": value}) for script in PATHS for value in VALUES]
    pairs += [(script, {}) for script in PATHS]
    for number in range(_RANDOM):
        rng = random.Random(_SEED * 1000 + number)
        pairs.append((Plain(rng).script(), plain_document(rng)))
        pairs.append((Scripts(rng).script(), document(rng)))
    made = (_case(script, number, source) for number, (script, source) in enumerate(pairs))
    return [case for case in made if case is not None]


def _fields() -> list[Case]:
    """``$('a.b', default)``, which Elasticsearch alone has."""
    scripts = (
        ("$('a.b', 0) == 1", True), ("$('a.c', 7) == 7", True), ("$('zz.y', 'none') == 'none'", True), ("$('n', 'none') == null", True), ("$('d.o.t', 0) == 7", True), ("$('a.x.y', 0) == 8", True),
        ("$('s', '').startsWith('a')", True), ("$('a.b.c', null) == null", True), ("$('i', 0) > 5", False), ("$('tags', []).contains('x')", False),
    )  # fmt: skip
    dotted = DOCUMENT | {"a": {"b": 1, "x.y": 8}, "d.o.t": 7}
    return [
        Case(
            option="if", kind=COMMON, document=dotted, oracle="manual", page=PAGE, only="elasticsearch",
            pipeline={"processors": [{"set": {"field": "ran", "value": True, "if": script}}]},
            expected=dotted | {"ran": True} if held else dotted,
        )
        for script, held in scripts
    ]  # fmt: skip


CASES = _cases() + _fields()
