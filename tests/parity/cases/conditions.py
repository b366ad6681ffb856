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
Integer.toHexString(-1) == 'ffffffff' && Integer.toBinaryString(5) == '101' && Integer.toOctalString(-8) == '37777777770'
Long.toHexString(-1) == 'ffffffffffffffff' && Long.bitCount(-1L) == 64 && Integer.bitCount(-2) == 31
Integer.toString(255, 16) == 'ff' && Integer.toString(-255, 36) == '-73' && Integer.toString(5, 99) == '5'
Integer.parseInt('-80000000', 16) == -2147483648
Integer.parseInt('+7') == 7
Integer.parseInt('') == 7
Integer.parseInt(' 7') == 7
Integer.parseInt('7_0') == 7
Integer.parseInt('2147483648') == 7
Integer.parseInt('-2147483648') == -2147483648
Integer.parseInt('٣') == 3
Integer.parseInt('-') == 3
Integer.parseInt('+-3') == 3
Integer.parseInt('z', 36) == 35
Integer.parseInt('z', 99) == 35
Integer.parseInt('1', 1) == 35
Long.parseLong('9223372036854775807') == 9223372036854775807L
Long.parseLong('9223372036854775808') == 1
Integer.valueOf(5).equals(5)
Integer.valueOf('5', 10).equals(5)
Long.valueOf(5).equals(5L)
Double.valueOf(5).equals(5.0)
Double.parseDouble('1e400') == Double.parseDouble('Infinity')
Double.parseDouble('0x1p3') == 8
Double.parseDouble(' 5.5f ') == 5.5
Double.parseDouble('.5') == 0.5 && Double.parseDouble('5.') == 5
Double.parseDouble('5,5') == 1
Double.parseDouble('NaN') == 1
Double.isNaN(Double.parseDouble('NaN'))
Double.compare(0.0, -0.0) == 1
Double.toString(1e21) == '1.0E21' && Float.toString(1.1f) == '1.1'
Double.parseDouble(ctx.n) == 1
Boolean.parseBoolean('TRUE') && !Boolean.parseBoolean(null) && !Boolean.parseBoolean('yes')
Boolean.toString(true) == 'true' && Boolean.logicalXor(true, false) && Boolean.compare(true, false) == 1
Boolean.valueOf(true).booleanValue()
Character.isDigit(ctx.s.charAt(0))
Character.isDigit('٣'.charAt(0))
Character.isLetter('é'.charAt(0)) && !Character.isLetter('_'.charAt(0)) && Character.isLetterOrDigit('9'.charAt(0))
Character.isLetter('ª'.charAt(0))
Character.toString(ctx.s.charAt(0)) == 'a'
Math.round(2.5) == 3 && Math.round(-2.5) == -2 && Math.round(0.49999999999999994) == 0
Math.round(1e300) == 9223372036854775807L && Math.round(-1e300) == Long.MIN_VALUE
Math.round(ctx.f) == 2
Math.rint(2.5) == 2.0 && Math.rint(3.5) == 4.0 && Math.rint(-0.2) == 0
Math.floor(-1.5) == -2.0 && Math.ceil(-1.5) == -1.0 && Math.ceil(1e20) == 1e20
'' + Math.ceil(-0.5) == '-0.0'
Math.sqrt(-1) != Math.sqrt(-1)
Math.abs(-5) == 5 && Math.abs(-0.0) == 0 && Math.signum(-3) == -1
Math.max(-0.0, 0.0) + '' == '0.0' && Math.min(0.0, -0.0) + '' == '-0.0'
Math.max(1, Double.parseDouble('NaN')) == 1
Math.max(ctx.big, ctx.i) == 3000000000L
Objects.toString(null) == 'null' && Objects.toString(null, 'x') == 'x' && Objects.nonNull(ctx.s)
Objects.requireNonNull(ctx.n, 'gone') == 1
Objects.requireNonNull(ctx.s) == 'abc'
String.join('-', ctx.l) == 'x'
String.join('-', ['a', null]) == 'a-null'
String.join(null, ['a', 'b']) == 'x'
String.valueOf(null) == 'null' && String.valueOf(1.0) == '1.0' && String.valueOf([1, 'a']) == '[1, a]' && String.valueOf(['a': null]) == '{a=null}'
ctx.s.encodeBase64() == 'YWJj' && 'YWJj'.decodeBase64() == 'abc'
'YWJ'.decodeBase64() == 'ab'
'YW J'.decodeBase64() == 'ab'
'YWJjZA'.decodeBase64() == 'abcd'
'😀'.encodeBase64() == '8J+YgA=='
ctx.s.subSequence(0, 1) == 'a'
ctx.s.contentEquals('abc')
ctx.s.startsWith('b', 1) && !ctx.s.startsWith('b', 9) && !ctx.s.startsWith('b', -1)
ctx.s.startsWith('', 3) && !ctx.s.startsWith('', 4)
ctx.s.indexOf('', 9) == 3 && ctx.s.indexOf('a', -5) == 0 && ctx.s.lastIndexOf('', 9) == 3 && ctx.s.lastIndexOf('a', -1) == -1
'abcabc'.lastIndexOf('bc', 3) == 1 && 'abcabc'.lastIndexOf('bc', 4) == 4
'a😀b'.indexOf('b') == 3 && 'a😀b'.substring(3) == 'b' && 'a😀b'.length() == 4 && 'a😀b'.charAt(3) == (char)'b'
'a😀b'.substring(1, 3) == '😀'
'a😀b'.lastIndexOf('b') == 3 && 'a😀b'.startsWith('b', 3)
'a'.compareTo('b') == -1 && 'abc'.compareTo('a') == 2 && '😀'.compareTo('\\') > 0
' \\ '.trim() == '\\'
'aXbX'.replace('X', '') == 'ab' && 'ab'.replace('', '-') == '-a-b-'
'ß'.equalsIgnoreCase('SS')
'ſ'.equalsIgnoreCase('s') && 'K'.equalsIgnoreCase('k')
'İ'.toLowerCase().length() == 3
'ΑΣ'.toLowerCase() == 'ας'
'ŉ'.toUpperCase() == 'ʼN'
'abc'.concat('d') == 'abcd'
'abc'.concat(null) == 'abcd'
'abc'.equals(null)
'abc'.equalsIgnoreCase(null)
'a,b,,'.splitOnToken(',').length == 4
'a,b,,c'.splitOnToken(',', 2)[1] == 'b,,c'
'a,b'.splitOnToken(',', -1).length == 2
(5).toString() == '5'
ctx.i.toString() == '5' && ctx.f.toString() == '1.5' && ctx.t.toString() == 'true' && ctx.big.toString() == '3000000000'
ctx.f.isNaN() || ctx.f.isInfinite()
ctx.t.booleanValue() && ctx.t.compareTo(false) == 1
ctx.t.compareTo(null) == 1
ctx.i.compareTo(null) == 1
ctx.i.byteValue() == 5 && ctx.big.shortValue() == 24064 && ctx.big.byteValue() == 0 && ctx.f.shortValue() == 1
ctx.big.floatValue() == 3000000000f && ctx.f.intValue() == 1
ctx.l.lastIndexOf('x') == 1 && ctx.l.lastIndexOf('q') == -1 && ctx.l.lastIndexOf(null) == 2
ctx.l.containsAll(['x', 1]) && !ctx.l.containsAll(['y'])
ctx.l.containsAll(null)
ctx.l.subList(1, 9).size() == 1
ctx.l.subList(2, 1).size() == 1
ctx.l.subList(-1, 1).size() == 1
ctx.l.subList(1, 3).contains('x')
ctx.l.join('+') == '1+x+null'
ctx.l.find(y -> y == 'x') == 'x'
ctx.l.find(y -> y == 'q') == null
ctx.l.findAll(y -> y != null).size() == 2
ctx.l.collect(y -> y + '!')[1] == 'x!'
ctx.l.every(y -> y != null)
ctx.l.each(y -> y == 1) == null
ctx.l.each(y -> y == 1).size() == 3
ctx.l.removeIf(y -> y == 1)
ctx.l.removeIf(y -> y == 9)
ctx.l.clear(); return true
ctx.l.addAll([]); return true
ctx.l.set(0, 1); return true
ctx.l.remove(0); return true
ctx.a.clear(); return true
ctx.a.remove('zz'); return true
ctx.a.entrySet().add(1)
ctx.a.keySet().add(1)
ctx.a.keySet().clear(); return true
ctx.a.values().add(1)
ctx.a.values().size() == 1 && ctx.a.values().contains(1) && !ctx.a.values().isEmpty()
ctx.a.every((k, v) -> k == 'b' && v == 1)
ctx.a.entrySet().any(e -> e.key == 'b' && e.value == 1)
ctx.a.entrySet().stream().anyMatch(e -> e.getKey() == 'b' && e.getValue() == 1)
ctx.a.entrySet().contains('b')
ctx.a.containsValue(1) && !ctx.a.containsValue(1L) && !ctx.a.containsValue(null)
ctx.a.getOrDefault('b', 5) == 1 && ctx.a.getOrDefault('q', 5) == 5
ctx.getOrDefault('n', 5) == null
def m = ['a': 1]; m.remove('a'); return m.isEmpty()
def m = ['a': 1]; return m.put('a', 2) == 1 && m.a == 2 && m.put('c', 1) == null && m.size() == 2
def m = ['a': 1, 'b': 2]; def n = ['b': 2, 'a': 1]; return m == n && m.toString() == '{a=1, b=2}'
def m = [3, 1]; m.add(2); m.removeIf(y -> y > 2); return m.toString() == '[1, 2]'
def m = [3, 1]; m.remove(0); return m == [1]
def m = [3, 1]; m.remove(5); return m == [1]
def m = [3, 1]; m.set(0, 7); return m == [7, 1] && m[-2] == 7
def m = [3, 1]; m.addAll([5]); return m == [3, 1, 5] && m != [3, 1]
def m = [3, 1]; m.clear(); return m == [] && m.isEmpty()
def m = [1, [2, ['k': 3]]]; return m[1][1].k == 3 && m == [1, [2, ['k': 3]]]
def m = new ArrayList(ctx.l); m.add('z'); return m.size() == 4 && m[3] == 'z'
def m = new HashMap(ctx.a); m.z = 1; return m.size() == 2
new ArrayList(ctx.n).isEmpty()
Collections.frequency(ctx.l, 'x') == 1 && Collections.disjoint(ctx.l, ['q'])
Optional.ofNullable(ctx.n).isPresent()
Optional.ofNullable(ctx.n).orElse(5) == 5
Optional.ofNullable(ctx.n).get() == 5
Optional.empty().get() == 1
Optional.ofNullable(ctx.s).get() == 'abc'
ctx.l.stream().skip(1).findFirst().get() == 'x'
ctx.l.stream().skip(2).findFirst().isPresent()
ctx.l.stream().skip(-1).count() == 1
ctx.l.stream().limit(2).count() == 2 && ctx.l.stream().noneMatch(y -> y == 'q')
ctx.l.stream().collect(Collectors.toList()).size() == 3
ctx.l.stream().collect(Collectors.counting()) == 3
ctx.l.stream().collect(Collectors.joining()) == 'x'
ctx.l.stream().map(y -> '' + y).collect(Collectors.joining()) == '1xnull'
def st = ctx.l.stream(); st.count(); return st.count() == 3
[1, 1, 2].stream().distinct().count() == 2
[1, 1L, 1.0].stream().distinct().count() == 3
ctx.l.stream().map(y -> y).filter(y -> y == 'x').findAny().isPresent()
Integer.compare(3, 5) == -1 && Integer.max(3, 5) == 5 && Integer.signum(-9) == -1 && Long.signum(5L) == 1 && Long.min(3L, 2L) == 2
Integer.MAX_VALUE + 1 == Integer.MIN_VALUE
Math.PI > 3.14 && Math.E > 2.71 && Boolean.TRUE.booleanValue()
ctx.zz?.a?.b == null && ctx.zz?.a.b == null
java.util.Map m = ctx.a; return m.containsKey('b')
Collection c = ctx.l; if (c != null) { for (def x : c) { if (x == 'x') { return false; } } } return true;
List l = ctx.l; return l.length == 3 && l.isEmpty() == false && l.get(1) == 'x'
Map m = ctx.a; for (String k : m.keySet()) { if (m.get(k) == 1 && m[k] == 1) return true; } return false
Map m = ctx.a; for (Map.Entry e : m.entrySet()) { if (e.getValue() == 1 && e.getKey().equals('b')) return true; } return false
String s = ctx.s; char c = s.charAt(0); return c == 97 && c < 98 && (c + 1) == 98
String s = null; return s == null
String s = null; return s.length() == 1
String s = null; return s + 'a' == 'nulla'
String s = ctx.n; return s?.length() == null
String s = ctx.s; return s?.trim() == 'abc'
int i = 5; i += 2; i *= 3; i -= 1; i /= 2; i %= 7; i <<= 2; i |= 1; i ^= 3; i &= 14; i >>= 1; i >>>= 1; return i == 3
int i = 2147483647; i++; return i == -2147483648
byte b = 127; b++; return b == -128
byte b = 1; b += 300; return b == 45
long l = 9223372036854775807L; l++; return l < 0
double d = 1; d /= 3; return d > 0.3
float f = 1; f /= 3; return f + '' == '0.33333334'
def d = 5; d++; return d == 6
def d = ctx.i; d--; return d == 4
def d = ctx.s; d++; return d == 4
int a = 1, b = 2, c; c = a + b; return c == 3
int a = 1; int b = a++ + ++a; return b == 4 && a == 3
boolean x = false; x |= true; return x
boolean x = true; x ^= ctx.t; return x
String s = 'a'; s += 'b'; s += 1; s += null; return s == 'ab1null'
def s = 'a'; s = s + 1; return s == 'a1'
for (int i = 0; i < 10; ++i) { if (i == 3) continue; if (i == 5) break; } return true
for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) { if (i * j == 4) return true; }
int n = 0; for (def x : ctx.l) { for (def y : ctx.l) { n++; } } return n == 9
int n = 0; do { n++; if (n == 5) { break; } } while (true); return n == 5
while (ctx.t) { return true; }
while (ctx.t) { break; }
if (ctx.t) { if (ctx.i == 5) { return true; } else { return false; } } else { return false; } return true
if (ctx.t) { return true; } else { return false; } ctx.i == 5
int x = 5; { int y = 6; } return true
if (ctx.t) ; return true
if (ctx.t) return true; else return false;
return (ctx.i == 5);
(ctx.i == 5)
((ctx.i)) == 5 && (ctx).i == 5
ctx .i == 5
ctx
.i == 5
ctx.i==5&&ctx.s=='abc'||false
ctx.i == 5 and ctx.t
ctx.i = 5 == 5
ctx.i <> 5
ctx.i == '5'
ctx.s == "abc"
'it\'s' == "it's" && "q\"q" == 'q"q' && '\\' == "\\"
'a' == 'a' ? true : false
1 < 2 == true
!ctx.t == false
-ctx.i == -5 && - -5 == 5 && +5 == 5 && -(-5) == 5
~~5 == 5 && !!true
5 - -5 == 10 && 5 - - 5 == 10
2147483648 == 1
-2147483648 == -2147483648
2147483648L == 2147483648L
-9223372036854775808L < 0
9223372036854775808L < 0
1.5F == 1.5 && 1D == 1 && 1l == 1
08 == 8
0 == 0 && 00 == 0 && 0L == 0
1_000 == 1000
.5f == 1
5.toString() == '5'
ctx.l.length() == 3
ctx.l.1.0 == 1
ctx.l[0L] == 1
ctx.l[1.0] == 1
ctx.l['a'.length()] == 'x'
ctx[ctx.s] == null
ctx.a[ctx.s]?.x == null
ctx['s'].length() == 3
ctx.'s' == 1
ctx."s" == 1
ctx.@timestamp == 1
ctx['@timestamp'] == null
ctx.a-b == 1
ctx._source.a == 1
ctx._id != null && ctx._id == '_id'
ctx._routing == null && ctx._index == "_index"
_ingest.timestamp == null
params.a == null && params['b'] == null && params.containsKey('c') == false
params.get('x') == null && params.size() == 0
doc['a'].value == 1
state.x == 1
Debug.explain(ctx.a)
(ctx.i > 3 ? 'a' : 'b') == 'a'
ctx.i > 3 ? ctx.t : ctx.n
ctx.i > 9 ? ctx.t : ctx.n
ctx.i > 3 && ctx.n
ctx.t || ctx.n
ctx.n || ctx.t
null == ctx.n && null != ctx.t
ctx.n == null || ctx.n.length() > 0
ctx.a.replace('b', 5) == null
ctx.a.replace('q', 5) == null
def m = ['a': 1]; return m.replace('a', 2) == 1 && m.replace('z', 1) == null && m.a == 2
ctx.a.find((k, v) -> v == 1).key == 'b'
ctx.a.find((k, v) -> v == 2) == null
ctx.a.findAll((k, v) -> v == 1).size() == 1 && ctx.a.collect((k, v) -> k + v).contains('b1')
ctx.a.each((k, v) -> k == v).size() == 1
ctx.a.any(y -> y == 1)
ctx.l.stream().findFirst().map(y -> y + 1).get() == 2 && ctx.l.stream().findFirst().filter(y -> y > 1).isPresent() == false
ctx.a.keySet().remove('b')
ctx.a.entrySet().remove('b')
List v = -ctx.t; return true
int v = ctx.t + ctx.t; return true
ctx.s.replace(ctx.i, 'x') == 'x'
ctx.s.equals((true ? 1.5 : [1, 'x']))
ctx.s.equals(ctx.t ? 1 : 'x')
Objects.equals(ctx.t ? 1 : 'x', 1)
Objects.equals(1, ctx.t ? ctx.t ? 1 : 'x' : 2.5)
ctx.l.contains(ctx.n ?: 1)
Objects.equals(ctx.n ?: 1, 1)
Objects.equals(ctx.n ?: 'x', 'x')
(ctx.n ?: 1) == 1
(ctx.s ?: 'x') + 1 == 'abc1'
def q = ctx.n ?: 1; return q == 1
String q = ctx.n ?: 'y'; return q == 'y'
String q = ctx.i ?: 'y'; return q == 'y'
"""  # noqa: RUF001
DOCUMENT: dict[str, Any] = {
    "a": {"b": 1}, "s": "abc", "i": 5, "l": [1, "x", None], "f": 1.5, "big": 3000000000, "t": True, "n": None, "num": "5",
}  # fmt: skip
NESTED = r"""
for (x in ctx.l) { return x instanceof HashMap; } return false
for (x in ctx.l) { if (x.get('k') == ['z': 1]) { return x instanceof HashMap; } } return false
ctx.l[0].length()
ctx.l.get(0).length()
ctx.l.stream().anyMatch(x -> x instanceof HashMap)
ctx.l.any(x -> x instanceof HashMap)
ctx.l.find(x -> x instanceof HashMap).length()
ctx.l.find(x -> x instanceof Map).length()
ctx.l.stream().findFirst().get().length()
ctx.l.subList(0,1).get(0).length()
ctx.l.collect(x -> x).get(0).length()
new ArrayList(ctx.l).get(0).length()
new HashMap(ctx.m).get('q').length()
ctx.m.values().length()
ctx.m.values().stream().findFirst().get().length()
for (e in ctx.m.entrySet()) { if (e.getValue().length()) return true; } return false
for (e in ctx.m.entrySet()) { if (e.getValue()[0].length()) return true; } return false
for (e in ctx.m.entrySet()) { for (f in e.value) { if (f.length()) return true; } } return false
ctx.m.every((k, v) -> v.length())
def m = []; m.addAll(ctx.l); return m[0].length()
[ctx.l[0]].contains(ctx.l[0])
ctx.l.contains(['k': ['z': 1]])
ctx.l.indexOf([1, 2]) == 1
ctx.l.contains(ctx.l[0])
for (x in ctx.l) { if (ctx.l.contains(x)) return true; } return false
for (x in ctx.l) { if (x == ctx.l[0]) return true; } return false
for (x in ctx.l) { if (ctx.l[0] == x) return true; } return false
for (x in ctx.l) { x.put('a', 1); return x.a == 1; } return false
[['k': ['z': 1]], [1, 2]] == ctx.l
ctx.l == [['k': ['z': 1]], [1, 2]]
ctx.m.containsValue([['k': 1]])
ctx.l.join(',') == '{k={z=1}},[1, 2]'
'' + ctx.l.stream().findFirst().get() == '{k={z=1}}'
ctx.l.findAll(x -> x instanceof Map)[0].length()
ctx.l.lastIndexOf([1, 2]) == 1
ctx.l.stream().collect(Collectors.toList())[0].length()
ctx.l.stream().map(x -> x).collect(Collectors.toList()) == [['k': ['z': 1]], [1, 2]]
def c = (char)'a'; return c.compareTo(1.5) == 1
def c = (char)'a'; return c.compareTo('a') == 1
def c = (char)'a'; return c.compareTo((char)'a') == 0
ctx.t.compareTo(1) == 1
ctx.t.compareTo(ctx.c) == 1
ctx.t.compareTo('a') == 1
ctx.c.compareTo(1) == 1
ctx.l.each(x -> x)[0].length()
"""
NESTED_DOCUMENT: dict[str, Any] = {
    "l": [{"k": {"z": 1}}, [1, 2]],
    "m": {"q": [{"k": 1}]},
    "c": "a",
    "t": True,
}
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
    pairs += [(script, NESTED_DOCUMENT) for script in NESTED.strip("\n").split("\n")]
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


def _words() -> list[Case]:
    """Words that a text may hold, as conditions on log lines ask for them."""
    patterns = (
        "(opened for user|opened by|opened,)",
        " link down| link up| link flap",
        "deny|drop|reject",
        "(?:fail(?:ed|ure)|refused)",
        "open(?=ed )|shut(?=(s|$))",
    )
    lines = (
        "session opened for user ann", "session opened, opened by bob", "opened", "eth0 link up", "eth0 link  link downlink", "drop", "dedrejdroreject",
        "openedopenedopenedopened", " link link link link link", "login failure", "fail", "", "opened by", "Opened For User", "é link flap 😀", "open", "shuts",
    )  # fmt: skip
    made = (
        _case(f"ctx.line =~ /{pattern}/", number, {"line": line})
        for number, pattern in enumerate(patterns)
        for line in lines
    )
    return [case for case in made if case is not None]


CASES = _cases() + _words() + _fields()
