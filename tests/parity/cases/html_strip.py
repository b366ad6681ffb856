"""Cases of ``html_strip``."""

from __future__ import annotations

from tests.parity.cases._fields import VALUES, fields, invalid, missing, on_values, targets, unknown

KIND = "html_strip"
TEXTS = [
    "<b>x</b>", "a<p>b</p>c", "a<br>b<br/>c</br>d<BR >e", "<script>var a = '<b>';</script>x", "<style>p { }</style>x", "<script/>x", "<scripts>x</scripts>",
    "a<!-- c -->b", "a<!-- <b> --> b", "<!DOCTYPE html><html>x", "<?xml version='1.0'?>x", "<![CDATA[ <b>&amp;</b> ]]>x", "1 < 2 > 1", "a<b", "a>b<c d",
    "a>b</c", "a>b</c ", "<>&amp;&lt;&gt;&quot;&apos;&nbsp;&hellip;&#65;&#x41;&#x1F600;&notin;&AMP;", "<>&amp &bogus; &#x110000; &#xD800; &#0;",
    "<>&#xd83d;&#xde00; &#55357;&#56832; &#xD83D;&#56832; &#55357;&#xde00; &#55357;x", "no html &amp; so", "> &amp;", "<a href=\"x>y\" title='<i>'>z</a>",
    '<a onclick="if (a > b) c()">z', "<p x=a<b>z", "<p/x>", "<p x/>", "<p <!--# include --> >x", "<p a='b\\'>c'>d", "< b>x</ b>", "<1>x</1>", "<é>x", "<x:y-z.1>x</x:y-z.1>",
    "<b\u00a0c>x", "<p]>x", "<p=]>x", "<span>a</span><div>b</div>", "<STRONG>x</strong>", "<textarea>x</textarea>", "<!-- open >", "<script> open >", "<!x>y<!z", "<!-->x-->y",
    "<script><!-- '</script>' --></script>x", '<script><!--"</script>', "<style><!-- --> </STYLE >x", "<p>😀</p>", "&<>;", "<&>;", "<!--# ' --> ' -->x-->y>", "<![CDATA[x>", "</>x", "<//>x",
    "<br]>x", "<brx>y", "a<i>b</i>c<u>d</u>", "<\np\n>x", "<p>\n\n</p>", "&#x41;<b>&#65</b>", "<table><tr><td>1</td></tr></table>",
]  # fmt: skip

CASES = [
    *on_values("field", KIND, {}, [*VALUES, *TEXTS]),
    *on_values("field", KIND, {}, [[text, text] for text in TEXTS[:10]]),
    *fields(KIND),
    *invalid("field", KIND, {}, [5, None, ["a"], True]),
    *unknown(KIND, {}, "tags", "Field"),
    *targets(KIND, {}, "<b>aB</b>"),
    *targets(KIND, {}, ["<p>aB", "C<br>"]),
    *missing(KIND, {}, ["<b>aB</b>", None, 5, ["a<br>B"], [None]]),
]
