"""Scripts of one line each, for the document of ``script.py``."""

from __future__ import annotations

PLAIN = r"""
ctx.x = 1
ctx.x = 1; ctx.y = 2L; ctx.z = 1.5; ctx.w = 'a'; ctx.v = true; ctx.u = null
ctx.a.b.c = 5
ctx.a.b.d = ctx.s
ctx.q.r = 1
ctx['a']['b']['c'] = 7
ctx.a.b['x y'] = 7
ctx.l[0] = 'z'
ctx.l[-1] = 'z'
ctx.l[9] = 'z'
ctx.l.0 = 'z'
ctx.l.7 = 'z'
ctx.i += 1
ctx.i += 1.5
ctx.f += 1
ctx.s += '!'
ctx.s += 1
ctx.i += 'a'
ctx.n += 'a'
ctx.n += 1
ctx.zz += 1
ctx.i -= 2; ctx.f *= 2; ctx.big /= 7; ctx.i %= 2
ctx.i <<= 2; ctx.big >>= 1
ctx.i >>>= 1
ctx.i &= 4
ctx.i |= 2
ctx.i ^= 1
ctx.t &= false
ctx.t |= false
ctx.t ^= true
ctx.i++
ctx.i--
++ctx.i
ctx.x = ctx.i++
ctx.x = ++ctx.i
ctx.x = ctx.i--
ctx.l[0]++
ctx.a.l[0]++
ctx.a.l[1] += 5
ctx.a['b'].c += 5
ctx.f++
ctx.s++
ctx.n++
def x = 1; x += 1.5; ctx.x = x
def x = 1L; x += 1; ctx.x = x
def x = 'a'; x += 1; ctx.x = x
int x = 1; x += 1.7; ctx.x = x
byte x = 1; x += 1000; ctx.x = x
short x = 1; x++; ctx.x = x
char x = 'a'; x++; ctx.x = x
char c = (char)'a'; c++; ctx.x = (int)c
long x = 5; x <<= 40; ctx.x = x
int x = 1; x <<= 33; ctx.x = x
int x = -1; x >>>= 28; ctx.x = x
String s = 'a'; s += 1; s += null; s += true; ctx.x = s
def x; ctx.x = x
int x; ctx.x = x
boolean x; double d; ctx.x = x; ctx.y = d
String s; ctx.x = s
int a = 1, b = 2, c; ctx.x = a + b + c
ctx.remove('a')
def x = ctx.remove('s'); ctx.x = x
ctx.remove('zzz')
ctx.x = [1, 'a', null, [2]]
ctx.x = ['a': 1, 'b': ['c': 2]]
ctx.x = [:]; ctx.y = []
ctx.x = new ArrayList(); ctx.x.add(1); ctx.x.add('b'); ctx.y = ctx.x.size()
ctx.x = new HashMap(); ctx.x.put('k', 1); ctx.x.k2 = 2; ctx.x['k3'] = 3
ctx.tags.add('t3')
ctx.tags.add(0, 't0')
ctx.tags.addAll(['x', 'y'])
ctx.tags.remove(0)
ctx.tags.removeIf(t -> t == 't1')
ctx.tags.clear()
ctx.l.removeIf(x -> x == null)
ctx.x = ctx.l.contains('a'); ctx.y = ctx.l.indexOf('c')
if (ctx.tags == null) { ctx.tags = [] } ctx.tags.add('x')
if (!ctx.tags.contains('t1')) { ctx.tags.add('t1') } else { ctx.tags.add('dup') }
for (x in ctx.tags) { ctx[x] = true }
for (def x : ctx.tags) { ctx.a[x] = x.length() }
for (String x : ctx.tags) { ctx.a[x] = x.length() }
for (int i = 0; i < ctx.tags.size(); i++) { ctx.tags[i] = ctx.tags[i].toUpperCase() }
for (int i = 0; i < ctx.tags.length; ++i) { ctx.tags.set(i, ctx.tags.get(i) + i) }
int i = 0; while (i < 5) { i++; if (i == 3) continue; if (i == 5) break; ctx['k' + i] = i }
int i = 0; do { i += 2 } while (i < 7); ctx.x = i
for (entry in ctx.m.entrySet()) { ctx[entry.getKey()] = entry.getValue() }
for (entry in ctx.m.entrySet()) { entry.setValue('new') }
for (entry in ctx.m.entrySet()) { entry.value = 'new' }
for (def k : ctx.m.keySet()) { ctx['m_' + k] = ctx.m[k] }
for (def v : ctx.m.values()) { ctx.last = v }
ctx.m.values().removeIf(v -> v == 1)
ctx.m.keySet().removeIf(v -> v == 'x')
ctx.m.entrySet().removeIf(e -> e.getValue() == 1)
ctx.a.entrySet().removeIf(e -> e.value == null)
for (k in ctx.m.keySet()) { ctx.m.remove(k) }
for (k in ctx.l) { ctx.l.remove(0) }
for (k in ctx.tags) { ctx.tags.remove(0) }
for (k in ctx.l) { ctx.l.add('q') }
for (k in ctx.m.keySet()) { ctx.m.put('new', 1) }
for (k in new ArrayList(ctx.m.keySet())) { ctx.m.remove(k) }
def parts = ctx.kv.splitOnToken(';'); def m = new HashMap(); for (p in parts) { def kv = p.splitOnToken('='); if (kv.length == 2) { m[kv[0]] = kv[1] } } ctx.x = m
ctx.x = ctx.kv.splitOnToken(';')
ctx.x = ctx.kv.splitOnToken(';').length
ctx.x = ctx.m.keySet()
ctx.x = ctx.m.values()
ctx.x = ctx.m.entrySet()
ctx.x = new ArrayList(ctx.m.keySet())
ctx.x = ctx.s.charAt(0)
ctx.x = ctx.s.charAt(0) + ''
ctx.x = ctx.s.substring(0, 5)
ctx.x = ctx.s.substring(50)
ctx.x = Integer.parseInt(ctx.num); ctx.y = Long.parseLong(ctx.num); ctx.z = Double.parseDouble(ctx.num)
ctx.x = Integer.parseInt(ctx.s)
try { ctx.x = Integer.parseInt(ctx.s) } catch (NumberFormatException e) { ctx.x = -1 }
try { ctx.x = Integer.parseInt(ctx.s) } catch (Exception e) { ctx.x = e.getMessage() }
try { ctx.x = Integer.parseInt(ctx.s) } catch (NullPointerException e) { ctx.x = e.getMessage() }
try { ctx.x = ctx.q.r } catch (NullPointerException e) { ctx.x = 'npe' }
try { ctx.x = ctx.l[10] } catch (IndexOutOfBoundsException e) { ctx.x = 'ioobe' }
try { ctx.x = 1 / ctx.zero } catch (Exception e) { ctx.x = 'ex' }
int z = 0; try { ctx.x = 1 / z } catch (ArithmeticException e) { ctx.x = e.getMessage() }
throw new Exception('bad')
throw new IllegalArgumentException('bad ' + ctx.i)
throw new RuntimeException()
try { throw new IllegalStateException('s') } catch (IllegalArgumentException e) { ctx.x = 1 } catch (IllegalStateException e) { ctx.x = e.toString() }
try { throw new Exception('s') } catch (RuntimeException e) { ctx.x = 1 }
def f(def x) { return x + 1 } ctx.x = f(ctx.i)
int f(int x) { return x * 2 } ctx.x = f(ctx.i)
int f(int x) { return x * 2 } ctx.x = f(ctx.s)
String f(String x) { if (x == null) { return 'none' } return x.trim() } ctx.x = f(ctx.n); ctx.y = f(ctx.s)
void f(Map m) { m.x = 1 } f(ctx); f(ctx.a)
void f(Map m) { m.x = 1 } f(ctx.s)
int fib(int n) { if (n < 2) return n; return fib(n - 1) + fib(n - 2) } ctx.x = fib(12)
void clean(Map m) { m.values().removeIf(v -> v == null || v == ''); for (v in m.values()) { if (v instanceof Map) { clean(v) } } } clean(ctx)
boolean drop(Object o) { if (o == null || o == '') { return true; } else if (o instanceof Map) { ((Map) o).values().removeIf(v -> drop(v)); return (((Map) o).size() == 0); } else if (o instanceof List) { ((List) o).removeIf(v -> drop(v)); return (((List) o).length == 0); } return false; } drop(ctx);
void handleMap(Map map) { for (def x : map.values()) { if (x instanceof Map) { handleMap(x); } else if (x instanceof List) { handleList(x); } } map.values().removeIf(v -> v == null); } void handleList(List list) { for (def x : list) { if (x instanceof Map) { handleMap(x); } else if (x instanceof List) { handleList(x); } } } handleMap(ctx);
return
if (ctx.i == 5) { return } ctx.x = 1
if (ctx.i == 6) return; ctx.x = 1
ctx.x = params.k
ctx.x = params['m'][ctx.s]
ctx.x = params.m.getOrDefault(ctx.zz, 'def')
ctx.x = params.m
params.x = 1
ctx.x = ctx.a
ctx.x = ctx
ctx.a.self = ctx.a
ctx.x = ctx.a; ctx.x.new = 1
StringBuilder sb = new StringBuilder(); for (x in ctx.tags) { if (sb.length() > 0) sb.append(','); sb.append(x) } ctx.x = sb.toString()
StringBuilder sb = new StringBuilder('abc'); sb.insert(0, 'x').append(1).append(1.5).append(true).append(null).reverse(); ctx.x = sb.toString(); ctx.y = sb.length(); ctx.z = sb.indexOf('b')
StringBuilder sb = new StringBuilder('abc'); sb.setLength(2); sb.deleteCharAt(0); ctx.x = '' + sb
StringBuilder sb = new StringBuilder('abc'); ctx.x = sb
def sb = new StringBuilder(); sb.append('q'); ctx.x = sb.toString()
StringTokenizer t = new StringTokenizer(ctx.s); List l = []; while (t.hasMoreTokens()) { l.add(t.nextToken()) } ctx.x = l
StringTokenizer t = new StringTokenizer('a.b.c', '.'); ctx.x = t.countTokens(); ctx.y = t.nextToken()
ctx.x = String.join('-', ctx.tags)
ctx.x = ctx.tags.join('-')
ctx.x = ctx.l.toString(); ctx.y = ctx.m.toString(); ctx.z = '' + ctx.a
ctx.x = ctx.s.toUpperCase().replace('O', '0').indexOf('0')
ctx.x = ctx.lm.collect(x -> x.k); ctx.y = ctx.lm.find(x -> x.v == 2); ctx.z = ctx.lm.findAll(x -> x.v > 0)
ctx.x = ctx.tags.sort((a, b) -> b.compareTo(a))
ctx.tags.sort((a, b) -> b.compareTo(a))
ctx.tags.sort(null)
Collections.sort(ctx.tags); Collections.reverse(ctx.tags)
def m = [:]; for (x in ['a','b','a']) { m.put(x, m.getOrDefault(x, 0) + 1) } ctx.x = m
def m = [:]; for (x in ['a','b','a']) { m.merge(x, 1, (a, b) -> a + b) } ctx.x = m
def m = [:]; for (x in ctx.lm) { m.computeIfAbsent(x.k, k -> []).add(x.v) } ctx.x = m
ctx.m.computeIfPresent('x', (k, v) -> v + 1); ctx.m.compute('new', (k, v) -> v == null ? 'x' : 'y'); ctx.m.putIfAbsent('x', 9)
ctx.m.replaceAll((k, v) -> k)
ctx.tags.replaceAll(x -> x + '!')
ctx.m.forEach((k, v) -> { ctx['f_' + k] = v })
ctx.tags.forEach(x -> { ctx[x] = 1; })
ctx.tags.forEach(x -> ctx.x = x)
def n = 0; ctx.tags.forEach(x -> { n = n + 1 }); ctx.x = n
def it = ctx.l.iterator(); while (it.hasNext()) { if (it.next() == null) { it.remove() } }
def it = ctx.m.entrySet().iterator(); while (it.hasNext()) { def e = it.next(); if (e.value == 1) { it.remove() } }
def it = ctx.m.keySet().iterator(); it.next(); it.next(); it.next()
int[] a = new int[3]; a[0] = 5; a[1] += 2; ctx.x = a[0] + a[1]; ctx.y = a.length
String[] a = new String[] {'x', 'y'}; ctx.x = a[1]; ctx.y = a.length
def[] a = new def[2]; a[0] = ctx.s; ctx.x = a[0]
int[] a = new int[2]; a[2] = 1
Set s = new HashSet(ctx.tags); s.add('t1'); s.add('z'); ctx.x = s.size(); ctx.y = new ArrayList(s)
def s = new HashSet(); s.add(1); s.add(1L); s.add(1.0); s.add('1'); ctx.x = s.size(); ctx.y = s.contains(1)
def m = new TreeMap(); m.put('b', 1); m.put('a', 2); def l = []; for (k in m.keySet()) { l.add(k) } ctx.x = l
def m = new LinkedHashMap(); m.put('b', 1); m.put('a', 2); m.put('zz', 3); def l = []; for (k in m.keySet()) { l.add(k) } ctx.x = l; ctx.y = m
def m = new HashMap(); m[1] = 'a'; m[2L] = 'b'; ctx.x = m[1]; ctx.y = m[2]; ctx.z = m.toString()
def m = [1: 'a', 2: 'b']; ctx.x = m[ctx.i - 4]
def m = [1: 'a']; ctx.x = m
ctx.x = Math.max(ctx.i, 3); ctx.y = Math.round(1.5); ctx.z = Math.pow(2, 10); ctx.w = Math.abs(-3)
ctx.x = Math.round(ctx.f * 100) / 100.0
ctx.x = (int) ctx.f; ctx.y = (long) ctx.i; ctx.z = (double) ctx.i; ctx.w = (float) ctx.f; ctx.v = (String) ctx.s
ctx.x = (byte) 300; ctx.y = (short) 70000; ctx.z = (int) 3000000000L
ctx.x = ctx.i / 2; ctx.y = ctx.i / 2.0; ctx.z = ctx.i % 3; ctx.w = -ctx.i
ctx.x = ctx.i > 3 ? 'high' : 'low'
ctx.x = ctx.zz ?: 'default'
ctx.x = ctx.zz?.yy?.xx
ctx.x = ctx.a instanceof Map; ctx.y = ctx.l instanceof List; ctx.z = ctx.s instanceof String; ctx.w = ctx.a instanceof HashMap; ctx.v = ctx.l instanceof ArrayList
HashMap m = ctx.a; m.z = 1
ArrayList m = ctx.a; m.add(1)
List m = (List) ctx.l; m.add(1)
ctx.x = ctx.s =~ /wor/; ctx.y = ctx.s ==~ /hello.*/
ctx.x = ctx.keySet().contains('s')
ctx.x = ctx.containsKey('s') && ctx.s != null
ctx.x = ctx.size() > 3
for (k in ctx.keySet()) { ctx.x = 1 }
ctx.entrySet().removeIf(e -> e.getValue() == null)
ctx.keySet().removeIf(k -> k.startsWith('s'))
ctx.x = ctx._index
ctx._source.x = 1
ctx.op = 'noop'
ctx.x = ctx.ll[0][1]; ctx.ll[1][0] = 9; ctx.ll[0].add(7)
ctx.x = ctx.l.subList(0, 2)
ctx.x = [3,1,2]; ctx.x.sort((a, b) -> a - b)
ctx.x = [3,1,2]; Collections.sort(ctx.x); ctx.y = Collections.max(ctx.x)
for (int i = 0; i < 10; i++) { for (int j = 0; j < 10; j++) { if (j == 5) break; ctx.x = i * j } }
while (true) { ctx.x = 1; break }
while (true) { ctx.x = 1 }
for (;;) { ctx.x = 1; if (ctx.x == 1) return }
int n = 0; for (int i = 0; i < 999998; i++) { n++ } ctx.x = n
int n = 0; for (int i = 0; i < 2000000; i++) { n++ } ctx.x = n
def x = ctx.i == 5; if (x) { ctx.x = 'yes' }
if (ctx.s) { ctx.x = 1 }
if (ctx.t) { ctx.x = 1 }
String x = ctx.i; ctx.x = x
ctx.x = x
ctx.x = 'a' * 2
ctx.x = 1; return; ctx.y = 2
return 5
return ctx.i
ctx.x
1 + 1
int x = 'a'
int f() { } ctx.x = f()
int f(int x) { if (x > 1) { return 1 } } ctx.x = f(1)
def f(def x) { x + 1 } ctx.x = f(1)
def f() { return 1 } def f() { return 2 } ctx.x = f()
ctx.x = nofunc(1)
ctx.x = ctx.s.nomethod()
ctx.x = ctx.s.split(' ')
String s = ctx.s; ctx.x = s.nomethod()
ctx.x = Foo.bar()
ctx.x = new Foo()
def x = 1; def x = 2
if (true) { ctx.x = 1 }
for (x in ctx.i) { ctx.x = x }
for (x in ctx.m) { ctx.x = x }
ctx.x = 5 +
ctx.x = ;
{ ctx.x = 1 }
ctx.s = ctx.s + ctx.i + ctx.f + ctx.t + ctx.n + ctx.big
ctx.x = 1; ctx.x = ctx.x + ctx.x; ctx.x *= ctx.x
"""

MORE = r"""
def m = /(\d+)/.matcher(ctx.s); if (m.find()) { ctx.x = m.group(1); ctx.st = m.start(); ctx.en = m.end() }
Matcher m = /([a-z]+) ([a-z]+) (\d+)/.matcher(ctx.s); if (m.matches()) { ctx.a = m.group(1); ctx.b = m.group(2); ctx.n = m.groupCount() }
Matcher m = /(?<verb>[A-Z]+) .*/.matcher(ctx.u); if (m.matches()) { ctx.a = m.namedGroup('verb') }
Matcher m = /(?<verb>[A-Z]+)/.matcher(ctx.u); if (m.lookingAt()) { ctx.a = m.group('verb') }
def m = /(\w+)=([^ ]+)/.matcher(ctx.k); def o = [:]; while (m.find()) { o[m.group(1)] = m.group(2) } ctx.o = o
def m = /x1/.matcher(ctx['ü']); if (m.find()) { ctx.st = m.start() }
ctx.x = /o/.matcher(ctx.s).replaceAll('0')
ctx.x = /l+/.matcher(ctx.s).replaceFirst('L')
ctx.x = /(\d)/.matcher(ctx.s).replaceAll('<$1>')
ctx.x = /o/.matcher(ctx.s).replaceAll('$1')
ctx.x = ctx.s.replaceAll(/[aeiou]/, m -> m.group().toUpperCase())
ctx.x = ctx.s.replaceFirst(/[aeiou]/, m -> m.group().toUpperCase())
ctx.x = ctx.s.replaceAll(/\d/, m -> 'n')
ctx.x = ctx.s.replaceAll(/\d/, 'n')
ctx.x = ctx.s.replaceAll('a', 'n')
ctx.x = / /.split(ctx.s)
ctx.x = /,/.split('a,b,,c,,')
Pattern p = /\d/; ctx.x = p.matcher(ctx.s).find()
def p = /\d+/; ctx.x = p.matcher(ctx.s).matches()
ctx.x = ctx.s =~ /InvalidPassword|FailedACL|InvalidAccountID/
if (ctx.u =~ /InvalidPassword|FailedACL|InvalidAccountID/) { ctx.x = 1 } else { ctx.x = 2 }
ctx.x = 'IIIIIIIIInvalidInvalidInvalidIFailedFailed' =~ /InvalidPassword|FailedACL|InvalidAccountID/
def m = /x/.matcher(ctx.s); ctx.x = m.group()
def m = /o/.matcher(ctx.s); m.find(); ctx.x = m.group(3)
def m = /o/.matcher(null)
def m = /o/.matcher(ctx.i)
ctx.x = ctx.s.split(' ').length
def p = ctx.k.split('='); ctx.x = p[0]
ctx.l.removeIf(ctx.s)
ctx.x = ctx.l.sort()
ZonedDateTime a = ZonedDateTime.parse(ctx.t); ZonedDateTime b = ZonedDateTime.parse(ctx.u); ctx.d = ChronoUnit.SECONDS.between(a, b); ctx.h = ChronoUnit.HOURS.between(a, b); ctx.da = ChronoUnit.DAYS.between(a, b); ctx.ms2 = ChronoUnit.MILLIS.between(b, a); ctx.mo = ChronoUnit.MONTHS.between(a, b)
def a = ZonedDateTime.parse(ctx.t); ctx.x = a.toInstant().toEpochMilli(); ctx.y = a.toEpochSecond(); ctx.yr = a.year; ctx.mo = a.getMonthValue(); ctx.h = a.hour; ctx.n = a.getNano(); ctx.doy = a.dayOfYear
def a = ZonedDateTime.parse(ctx.z); ctx.x = a.toString(); ctx.y = a.plusDays(1).toString(); ctx.w = a.plusHours(1).toString(); ctx.v = a.plusMonths(11).toString(); ctx.q = a.getZone().getId()
ctx.x = ZonedDateTime.parse(ctx.bad)
try { ctx.x = ZonedDateTime.parse(ctx.bad).toString() } catch (DateTimeParseException e) { ctx.x = 'bad' }
try { ctx.x = ZonedDateTime.parse(ctx.s).toString() } catch (Exception e) { ctx.x = 'bad' }
ctx.x = Instant.ofEpochMilli(ctx.ms).toString(); ctx.y = Instant.ofEpochMilli(ctx.ms).atZone(ZoneId.of('Europe/Berlin')).toString()
ctx.x = ZonedDateTime.ofInstant(Instant.ofEpochMilli(ctx.ms), ZoneId.of('UTC')).toString()
ctx.x = ZonedDateTime.ofInstant(Instant.ofEpochMilli(ctx.ms), ZoneId.of('Z'))
ctx.x = ZonedDateTime.ofInstant(Instant.ofEpochSecond(ctx.i), ZoneOffset.UTC).format(DateTimeFormatter.ISO_INSTANT)
ctx.x = ZonedDateTime.parse(ctx.t).format(DateTimeFormatter.ofPattern('yyyy-MM-dd HH:mm:ss'))
ctx.x = ZonedDateTime.parse(ctx.t).format(DateTimeFormatter.ofPattern('EEE, d MMM yyyy'))
ctx.x = ZonedDateTime.parse(ctx.u).format(DateTimeFormatter.ISO_OFFSET_DATE_TIME); ctx.y = ZonedDateTime.parse(ctx.u).format(DateTimeFormatter.ISO_LOCAL_DATE)
ctx.x = ZonedDateTime.parse('2024-05-01 10:20:30 +0000', DateTimeFormatter.ofPattern('yyyy-MM-dd HH:mm:ss Z')).toString()
ctx.x = ZonedDateTime.parse('01/May/2024:10:20:30 +0200', DateTimeFormatter.ofPattern('dd/MMM/yyyy:HH:mm:ss Z')).toString()
ctx.x = Duration.between(ZonedDateTime.parse(ctx.t), ZonedDateTime.parse(ctx.u)).toMillis(); ctx.y = Duration.between(ZonedDateTime.parse(ctx.u), ZonedDateTime.parse(ctx.t)).toString(); ctx.w = Duration.ofSeconds(3661).toMinutes()
ctx.x = ZonedDateTime.parse(ctx.t).isBefore(ZonedDateTime.parse(ctx.u)); ctx.y = ZonedDateTime.parse(ctx.t).isAfter(ZonedDateTime.parse(ctx.u))
ctx.x = ZonedDateTime.parse(ctx.t).dayOfWeekEnum.value; ctx.y = ZonedDateTime.parse(ctx.t).getDayOfWeekEnum().toString()
ctx.x = Instant.parse(ctx.t).toEpochMilli()
ctx.x = System.currentTimeMillis() > 1000L
ctx.x = new Date().getTime() > 0L; ctx.y = new Date(5L).getTime()
ctx.x = ZonedDateTime.now()
ctx.x = String.format('%s-%d-%.2f', new def[] {ctx.s, ctx.i, ctx.f})
ctx.x = String.format('%05d|%-5s|%5s|%x|%X|%,d', new def[] {ctx.i, ctx.s, ctx.s, 255, 255, 1234567})
ctx.x = String.format('%.1f %8.3f %08.2f', new def[] {0.25, ctx.f, -1.005})
ctx.x = String.format('%d', new def[] {'a'})
ctx.x = String.format('%s %s', new def[] {'a'})
ctx.x = String.format('%b %c %% %n', new def[] {true, (char)'x'})
ctx.x = String.format('%02d:%02d', new def[] {ctx.i, 7})
ctx.x = ctx.l.stream().sorted().collect(Collectors.toList())
ctx.x = ctx.l.stream().map(x -> x + '1').filter(x -> x != 'b1').collect(Collectors.joining(','))
ctx.x = ctx.l.stream().map(String::valueOf).collect(Collectors.toList())
ctx.x = ctx.n.stream().sorted((a, b) -> b - a).collect(Collectors.toList()); ctx.y = ctx.n.stream().reduce(0, (a, b) -> a + b)
ctx.x = ctx.n.stream().distinct().count()
ctx.x = ctx.l.stream().map(x -> x.toUpperCase()).collect(Collectors.toSet()).size()
ctx.x = ctx.n.sum(); ctx.y = ctx.n.groupBy(x -> x > 1)
ctx.l.sort(Comparator.naturalOrder()); ctx.n.sort(Comparator.reverseOrder())
ctx.l.forEach(ctx.n::add)
def m = [:]; ctx.l.forEach(x -> m.put(x, 1)); ctx.x = m
ctx.x = ctx.l.collect(String::length)
int f(def x) { return x * 2 } ctx.x = ctx.n.collect(this::f)
ctx.m = ctx.l.stream().collect(Collectors.toMap(x -> x, x -> 1))
ctx.x = 'abc'.sha1(); ctx.y = 'abc'.sha256(); ctx.z = 'abc'.hashCode(); ctx.w = [1,'a'].hashCode()
ctx.x = Processors.uppercase(ctx.s); ctx.y = Processors.bytes('1kb')
ctx.x = Math.pow(2, 0.5); ctx.y = Math.log(10); ctx.z = Math.log10(1000); ctx.w = Math.floor(-1.5); ctx.v = Math.sqrt(2); ctx.q = Math.exp(1)
ctx.x = Character.isDigit((char)'5'); ctx.y = Character.isLetter((char)'x'); ctx.z = Character.isWhitespace((char)' '); ctx.w = Character.getNumericValue((char)'7'); ctx.v = Character.isUpperCase((char)'A')
ctx.x = Integer.toHexString(255); ctx.y = Long.parseLong('ff', 16); ctx.z = Integer.valueOf(7); ctx.w = Integer.parseInt('101', 2); ctx.q = Double.toString(1.0); ctx.r = Boolean.parseBoolean('true'); ctx.t2 = Long.toString(5L)
for (c in ctx.s.toCharArray()) { ctx['c_' + c] = 1 }
char[] cs = ctx.s.toCharArray(); int n = 0; for (char c : cs) { n += c } ctx.x = n
for (int i = 0; i < ctx.s.length(); i++) { char c = ctx.s.charAt(i); if (c == (char)'b') { ctx.x = i } }
long ipToLong(String ip) { long r = 0; for (p in ip.splitOnToken('.')) { r = r * 256 + Integer.parseInt(p) } return r } ctx.x = ipToLong('10.1.2.3')
int h = 7; for (int i = 0; i < ctx.s.length(); i++) { h = 31 * h + ctx.s.charAt(i) } ctx.x = h
ctx.x = ctx.l.stream().collect(Collectors.toMap(x -> x.toUpperCase(), x -> x.length()))
ctx.x = ['b', 'a', 'b'].stream().collect(Collectors.toMap(x -> x, x -> x + '1'))
ctx.x = ['b', 'a', 'b', 'b'].stream().collect(Collectors.toMap(x -> x, x -> 1, (a, b) -> a + b))
ctx.x = ['b', 'a', 'b'].stream().collect(Collectors.toMap(x -> x, x -> 1, (a, b) -> null))
ctx.x = ['b', null].stream().collect(Collectors.toMap(x -> 'k' + x, x -> x))
ctx.x = ['b', null].stream().collect(Collectors.toMap(x -> x, x -> 'v' + x)).get(null)
ctx.x = [1, 1.0, 1L].stream().collect(Collectors.toMap(x -> x, x -> 'v' + x)).size()
ctx.x = [1, 2].stream().collect(Collectors.toMap(x -> x, x -> x))
ctx.x = [].stream().collect(Collectors.toMap(x -> x, x -> x))
Map m = ['Client User': 'a', 'DBID': 7]; ctx.x = m.entrySet().stream().collect(Collectors.toMap(e -> e.getKey().toLowerCase(), Map.Entry::getValue))
Map m = ['Client User': 'a', 'DBID': 7]; ctx.x = m.entrySet().stream().collect(Collectors.toMap(e -> e.getKey().replace(' ', '_'), e -> e.getValue()))
def m = ['a b': 'x', 'a_b': 'y']; ctx.x = m.entrySet().stream().collect(Collectors.toMap(e -> e.getKey().replace(' ', '_'), e -> e.getValue()))
def m = ['a': null]; ctx.x = m.entrySet().stream().collect(Collectors.toMap(e -> e.getKey(), e -> e.getValue()))
ctx.x = []; for (c in 'azAZ09fF~ '.toCharArray()) { ctx.x.add(Character.digit(c, 16)) }
ctx.x = []; for (c in [233, 0x663, 0xFF17, 0xFF21, 0xFF3A, 0xFF3B, 0xFF41, 0xFF5A, 0xFF5B, 0x212A, 0x1D7D8, 0x110000]) { ctx.x.add(Character.digit((int) c, 36)) }
ctx.x = [Character.digit((char)'7', 8), Character.digit((char)'8', 8), Character.digit((char)'1', 1), Character.digit((char)'1', 37), Character.digit((char)'1', 2), Character.digit(55, 10), Character.digit(-1, 10)]
boolean hex(String v) { for (int i = 0; i < v.length(); i++) { if (Character.digit(v.charAt(i), 16) == -1) { return false } } return true } ctx.x = hex('2F62696e'); ctx.y = hex('2g')
def a = ZonedDateTime.parse(ctx.t); ctx.x = a.getLong(ChronoField.INSTANT_SECONDS) * 1000L; ctx.y = a.getLong(ChronoField.EPOCH_DAY); ctx.w = a.getLong(ChronoField.NANO_OF_SECOND); ctx.v = a.getLong(ChronoField.YEAR)
def a = ZonedDateTime.parse(ctx.z); ctx.x = a.get(ChronoField.OFFSET_SECONDS); ctx.y = a.get(ChronoField.DAY_OF_WEEK); ctx.w = a.get(ChronoField.DAY_OF_YEAR); ctx.v = a.get(ChronoField.MONTH_OF_YEAR); ctx.q = a.get(ChronoField.DAY_OF_MONTH); ctx.r = a.get(ChronoField.HOUR_OF_DAY)
ZonedDateTime a = ZonedDateTime.parse(ctx.u); ctx.x = a.getLong(ChronoField.MINUTE_OF_DAY); ctx.y = a.get(ChronoField.SECOND_OF_DAY); ctx.w = a.get(ChronoField.MILLI_OF_DAY); ctx.v = a.get(ChronoField.MILLI_OF_SECOND); ctx.q = a.get(ChronoField.MINUTE_OF_HOUR); ctx.r = a.get(ChronoField.SECOND_OF_MINUTE)
ctx.x = ZonedDateTime.parse(ctx.t).get(ChronoField.INSTANT_SECONDS)
try { ctx.x = ZonedDateTime.parse(ctx.t).get(ChronoField.EPOCH_DAY) } catch (Exception e) { ctx.x = 'too large' }
ctx.x = ZonedDateTime.parse(ctx.t).getLong(null)
ctx.x = ZonedDateTime.parse('1969-12-31T23:59:58.9Z').getLong(ChronoField.INSTANT_SECONDS); ctx.y = ZonedDateTime.parse('1969-12-31T23:59:58.9+05:30').getLong(ChronoField.EPOCH_DAY)
ctx.x = new Date(ctx.ms)
ctx['@timestamp'] = new Date(1714558830L * 1000 + 7)
ctx.x = [new Date(0L), ['a': new Date(-1L)], new Date(253402300799999L), new Date(253402300800000L), new Date(-62135596800001L), new Date(-62167219200001L)]
def d = new Date(5L); ctx.x = d.time; ctx.y = d instanceof Date; ctx.w = d == new Date(5L); ctx.v = d.before(new Date(6L)); ctx.q = [d].contains(new Date(5L)); ctx.r = d.compareTo(new Date(4L))
ctx.x = new Date(5L).year
ctx.x = ZonedDateTime.parse('Tue, 3 Jun 2008 11:05:30 GMT', DateTimeFormatter.RFC_1123_DATE_TIME)
ctx.x = ZonedDateTime.parse('03 jun 2008 11:05 +0230', DateTimeFormatter.RFC_1123_DATE_TIME).toString()
ctx.x = ZonedDateTime.parse('Wed, 3 Jun 2008 11:05:30 GMT', DateTimeFormatter.RFC_1123_DATE_TIME)
ctx.x = ZonedDateTime.parse('31 Sep 2008 11:05:30 -0000', DateTimeFormatter.RFC_1123_DATE_TIME).toString(); ctx.y = ZonedDateTime.parse('30 Feb 2008 23:59:59 -1800', DateTimeFormatter.RFC_1123_DATE_TIME).toString()
try { ctx.x = ZonedDateTime.parse('32 Sep 2008 11:05:30 GMT', DateTimeFormatter.RFC_1123_DATE_TIME) } catch (DateTimeParseException e) { ctx.x = 'bad' }
try { ctx.x = ZonedDateTime.parse('3 Sep 2008 11:60:30 GMT', DateTimeFormatter.RFC_1123_DATE_TIME) } catch (DateTimeParseException e) { ctx.x = 'bad' }
try { ctx.x = ZonedDateTime.parse('3 Sep 2008 11:05:30 +1900', DateTimeFormatter.RFC_1123_DATE_TIME) } catch (DateTimeParseException e) { ctx.x = 'bad' }
ctx.x = ZonedDateTime.parse('never', DateTimeFormatter.RFC_1123_DATE_TIME)
ctx.x = ZonedDateTime.parse('', DateTimeFormatter.RFC_1123_DATE_TIME)
ctx.x = ZonedDateTime.parse(ctx.none, DateTimeFormatter.RFC_1123_DATE_TIME)
"""

ON_VALUES = r"""
ctx.v += 1
ctx.v += 'a'
ctx.v++
ctx.v.w = 2
ctx.v['w'] = 2
ctx.v[0] = 2
ctx.v.add('n')
ctx.v.put('n', 1)
ctx.v.remove('w')
ctx.v.remove(0)
ctx.v.clear()
ctx.v.removeIf(x -> x == 'x')
for (x in ctx.v) { ctx.seen = x }
for (e in ctx.v.entrySet()) { ctx[e.key] = e.value }
ctx.x = ctx.v; ctx.x.w = 5
Map m = ctx.v; m.n = 1
List m = ctx.v; m.add(1)
int n = ctx.v; ctx.x = n * 2
long n = ctx.v; ctx.x = n * 2
double n = ctx.v; ctx.x = n * 2
String n = ctx.v; ctx.x = n
boolean n = ctx.v; ctx.x = !n
ctx.x = (int) ctx.v
ctx.x = '' + ctx.v
ctx.x = ctx.v.toString().length()
ctx.x = ctx.v instanceof List ? ctx.v.size() : ctx.v instanceof Map ? ctx.v.keySet().size() : -1
ctx.x = ctx.v * 2 - 1
ctx.x = [ctx.v, ctx.v]; ctx.y = ['k': ctx.v]
ctx.x = new ArrayList(ctx.v)
ctx.x = new HashMap(ctx.v)
try { ctx.x = ctx.v.length() } catch (Exception e) { ctx.x = 'none' }
def copy = ctx.v; ctx.remove('v'); ctx.w = copy
if (ctx.v) { ctx.x = 1 }
throw new Exception(ctx.v)
"""
