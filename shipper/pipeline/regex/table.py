"""
What becomes of each construct of the two dialects: the manual's tables are written from this, and each row is tested.

Nothing of the agent reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """
    One construct.

    Attributes:
        what: the construct, for the manual.
        examples: patterns; each is tried in the engine itself and here.
        fate: ``translated``: equal in spans and captures. ``refused``: works in the cluster only. ``invalid``: works nowhere.
        note: how it is to be understood, or why it is refused.
    """

    what: str
    examples: tuple[str, ...]
    fate: Literal["translated", "refused", "invalid"] = "translated"
    note: str = ""


ONIGURUMA = (
    Row("literals, `\\` before a sign", ("abc", r"a\.b\/c", r"\é", r"\_\q", "}", "]", "{", "a{x}"), note="An unknown letter behind a backslash is that letter."),
    Row("`\\t \\n \\v \\f \\r \\a \\e`", (r"\t|\n|\v|\f|\r|\a|\e",), note="`\\v` is one character, the vertical tab."),
    Row("`\\x41`, `\\x{1F600}`, `\\101`, `\\cA`, `\\C-a`", (r"\x61", r"\x{1F600}", r"\141\0", r"\cA|\C-a", r"\x"), note="Bytes above 7F are read together as UTF-8: `\\xC3\\xA9` is é."),
    Row("bytes that are no UTF-8, code points of more than eight digits", (r"\xff", r"\377", r"\400", r"\x{000000061}"), "invalid"),
    Row("`\\u0061`", (r"\u0061",), note="No escape in this syntax: the letters `u0061`."),
    Row("`\\M-a`", (r"\M-a",), "refused", "A byte with its highest bit set."),
    Row("`.`", (".", "(?m).", "(?m:a.)b.", "a.*b"), note="All but a newline; with `(?m)` the newline too. A carriage return is an ordinary character."),
    Row("`\\d \\w \\s \\h` and `\\D \\W \\S \\H`", (r"\d+", r"\w+", r"\s", r"\h+", r"\D\W", r"\S\H"), note="ASCII only. `\\h` is a hexadecimal digit."),
    Row("`\\p{…}`, `\\P{…}`, `\\p{^…}`", (r"\p{L}+", r"\p{Lu}|\P{Alpha}", r"\p{^Digit}", r"\p{Greek}", r"\p{alnum}"), note="General categories, POSIX names, many scripts and binary properties, in any case."),
    Row("other properties: blocks, ages, rare scripts", (r"\p{InArrows}", r"\p{Age=6.0}"), "refused", "Their tables are not kept at the edge."),
    Row("`\\R`", (r"a\R", r"\R+"), note="One line break; `\\r\\n` is never divided."),
    Row("`\\X`", (r"\X",), "refused", "What one visible character is differs between releases of Unicode."),
    Row("`\\N`, `\\O`, `\\y`, `\\Y`, `\\Q…\\E`", (r"\N\O", r"\y|\Y", r"\Qa\E"), note="No escapes in this syntax: the letters themselves."),
    Row("`[abc]`, `[^a-z]`, `[\\w.-]`, `[]a]`", ("[abc]+", "[^a-z]", r"[\w.-]+", "[]a]", "[a-c-e]", r"[\]\[]", r"[\b]", r"[\x61-\x{63}]"), note="`\\b` within a class is the backspace."),
    Row("`[[:alpha:]]`, `[[:^digit:]]`", ("[[:alpha:]]+", "[[:^digit:]]", "[[:alnum:]_]+", "[[:punct:]]", "[^[:space:]]"), note="Unicode, unlike `\\w`."),
    Row("classes within classes, `&&`", ("[a[bc]]", "[a-z&&[^aeiou]]+", "[^a-z&&b]", "[^a[^b]]")),
    Row("a dash before a class within a class", ("[a-[b]]", "[a-[b]c]"), "refused", "The engine forgets the dash, or what stands behind it."),
    Row("a dash behind a class, ranges that run down or end in a class, empty classes", (r"[\w-.]", "[z-a]", r"[a-\d]", "[]", "[[:foo:]]", "[a"), "invalid"),
    Row("`^`", ("^b", "^", "a?^b"), note="At the start of each line, but not behind a newline that ends the text."),
    Row("`$`", ("a$", "$", r"\n$"), note="At the end of each line and of the text."),
    Row("`\\A`, `\\z`, `\\Z`, `\\G`", (r"\Aa", r"b+\z", r"b+\Z", r"\Gb"), note="`\\Z` also before a last newline. `\\G` is the start of the text."),
    Row("`\\z` or `\\Z` in a pattern of limited length that may match nothing", (r"\d{0,2}\z", r"a?\Z"), "refused", "The engine overlooks such a match behind a last character of several bytes."),
    Row("`\\b`, `\\B`", (r"\bb", r"a\b", r"\B.", r"\b\w+\b"), note="Of Unicode words: there is none between `a` and `é`, though `\\w` does not match `é`."),
    Row("`*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`, `{,m}`", ("a*b", "a+", "ab?", "a{2}", "a{2,}", "a{1,2}", "a{,2}b", "a{01,02}")),
    Row("`*?`, `+?`, `??`, `{n,m}?`", ("a*?b", "a+?", "ab??", "a{1,2}?b")),
    Row("`{n}?`", ("a{2}?b", "a{2}??b"), note="Not lazy, but optional: `(?:a{2})?`."),
    Row("`*+`, `++`, `?+`", ("a*+a", "a++b", "a?+a")),
    Row("`{n,m}+`, quantifiers behind quantifiers", ("a{2}+", "a{1,2}+b", "a+*b", "a**", "a{2}{2}"), note="One more quantifier: `(?:a{n,m})+`, not possessive."),
    Row("quantifiers behind look-arounds and anchors", ("(?=a)*b", "(?=a)+", "^*a", r"\b+a")),
    Row("an interval around what may match nothing", ("(?:a*){2}", "(?:a|b?){1,3}c"), "refused", "The engine may end such a loop before its count is reached."),
    Row("a quantifier behind nothing, intervals that run down or exceed 100,000", ("*a", "a|+", "{2}", "a{3,2}", "a{100001}", "(?i)*"), "invalid"),
    Row("`(…)`", ("(a)(b)?", "((a)|(b))*", "()a"), note="Captures, unless a group of the pattern has a name."),
    Row("`(?<name>…)`, `(?'name'…)`", ("(?<x>a)(b)", "(?<a.b>a)", "(?<[a][b]>a)|(?<@t>b)", "(?<int:field:type>a)", "(?'x'a)"), note="Any name that does not begin with a digit or `-` and holds no `)`."),
    Row("several groups of one name", ("(?<x>a)|(?<x>b)", r"(?<x>a)(?<x>b)\k<x>")),
    Row("names that are empty or begin with a digit, `(?P<x>…)`", ("(?<>a)", "(?<1x>a)", "(?<-x>a)", "(?P<x>a)", "(?<x)y>a)"), "invalid"),
    Row("`(?:…)`, `(?>…)`", ("(?:ab)+", "(?>a|ab)c", "(?>a*)b")),
    Row("`(?=…)`, `(?!…)`", ("a(?=b)", "a(?!b)", "(?=(a+))b?")),
    Row("`(?<=…)`, `(?<!…)`", ("(?<=a)b", "(?<!a)b", "(?<=a|bc)d", "(?<!a|bc)d", "(?<=^|a)b", "(?<=(a))b", "(?<=a{2})b", "(?<=(?<!a)b)c"), note="Alternatives of different widths only outermost."),
    Row("look-behinds of variable width, or with look-aheads, atomic groups or line ends in them", ("(?<=a+)b", "(?<=a(?:b|cd))d", "(?<=(?=a)a)b", "(?<=(?>a))b", r"(?<=a\Z)", "(?<!(a))b"), "invalid"),
    Row("`\\1`, `\\k<name>`, `\\k<1>`, `\\k<-1>`", (r"(a)\1", r"(?<x>a)\k<x>", r"(a)\k<1>", r"(a)\k<-1>", r"(a|b)\1"), note="Numbers only where no group has a name."),
    Row("references to groups that are not complete at that place, or without regard to case, or with a level", (r"\1(a)", r"(?:\1b|(a))+", r"(?i)(a)\1", r"(?<x>a)\k<x+0>"), "refused"),
    Row("a group that is referred to, in a loop that may match nothing", (r"(?:(a)?\1?)*",), "refused", "The engine looks at the group to end the loop."),
    Row("references to no group, or to a number beside names", (r"(a)\2", r"\k<y>", r"(?<x>a)\1"), "invalid"),
    Row("`(?(1)a|b)`, `(?(<name>)a|b)`", ("(a)?(?(1)b|c)", "(?<x>a)?(?(<x>)b|c)", "(a)?(?(1)b)")),
    Row("`\\g<name>`, `\\g<1>`, recursion", (r"(?<x>a)\g<x>", r"(?<x>a\g<x>?b)", r"(a)\g<1>"), "refused", "What calls leave in groups has no counterpart here."),
    Row("`(?~…)`", ("(?~ab)",), "refused", "The absent operator."),
    Row("`\\K`", (r"a\Kb",), note="With the `regex` package."),
    Row("`(?i)`, `(?i:…)`, `(?-i)`", ("(?i)AB", "a(?i)B|C", "(?i:a)B", "(?i-m:A)b", "(?i)error", "(?i)[a-c]+", "(?i)é|k", "(?i)ss|st"), note="Behind `(?i)` the rest of the group belongs to it, with its alternatives. Unicode, and one letter for several: `(?i)ss` matches `ß`."),
    Row("without regard to case: `ß` and its like in the pattern, classes that hold them, `s{2}`", ("(?i)ß", "(?i)[[:alpha:]]", r"(?i)\p{L}", "(?i)s{2}"), "refused", "One letter matches several."),
    Row("`(?m)`, `(?x)`", ("(?m)a.b", "(?x) a b # c", "(?x:a b) b", r"(?x)a\ b", "(?x)[a b]"), note="`(?m)` is what others call `(?s)`. Blanks within classes count."),
    Row("`(?s)` and other letters", ("(?s)a", "(?n)a", "(?q)a"), "invalid"),
    Row("`(?a)`, `(?u)`, `(?d)`", (r"(?a)\w", r"(?u)\w", r"(?d)\w"), "refused", "They change what classes hold."),
    Row("`(?#…)`", ("a(?#c)b", "a(?#c)+")),
    Row("unbalanced parentheses, a backslash at the end, unknown groups", ("(a", "a)", "a\\", "(?", "(?#a", "(?|a)", "(?R)"), "invalid"),
)  # fmt: skip

JAVA = (
    Row("literals, `\\` before a sign", ("abc", r"a\.b\/c", r"\é\_", "}", "]"), note="A letter behind a backslash must be an escape."),
    Row("`\\t \\n \\f \\r \\a \\e`", (r"\t|\n|\f|\r|\a|\e",)),
    Row("`\\x41`, `\\x{1F600}`, `\\u0041`, `\\uD83D\\uDE00`, `\\0101`, `\\cA`", (r"\x61", r"\x{1F600}", r"\u0061", r"\uD83D\uDE00", r"\0141", r"\cA")),
    Row("half a surrogate pair, `\\N{…}`", (r"\uD83D", r"\N{LATIN SMALL LETTER A}"), "refused"),
    Row("unknown escapes and incomplete numbers", (r"\y", r"\i", r"\08", r"\x6", r"\u006", r"\c", r"\E"), "invalid"),
    Row("`\\Q…\\E`", (r"\Qa.b\E", r"\Q.\E+", r"a\Qb", r"[\Qa-\E]"), note="A quantifier behind it takes the last character."),
    Row("`.`", (".", "(?s).", "(?d).", "a.*b"), note="All but `\\n`, `\\r`, U+0085, U+2028 and U+2029; with `(?d)` all but `\\n`."),
    Row("`\\d \\w \\s` and `\\D \\W \\S`", (r"\d+", r"\w+\s", r"\D\W\S"), note="ASCII only."),
    Row("`\\h`, `\\v`, `\\H`, `\\V`, `\\R`", (r"\h", r"\v", r"\H\V", r"a\R", r"\R\n"), note="Blanks and line breaks of Unicode. `[\\v-]` holds the vertical tab only."),
    Row("`\\p{Alpha}` and other POSIX names", (r"\p{Alpha}+", r"\p{Punct}", r"\P{Digit}", r"[\p{Upper}_]+", r"(?i)\p{Lower}"), note="ASCII."),
    Row("`\\p{L}`, `\\pL`, `\\p{IsAlphabetic}`, `\\p{IsLatin}`, `\\p{javaLetter}`", (r"\p{L}+", r"\pL\PL", r"\p{IsAlphabetic}", r"\p{IsLatin}+", r"\p{javaLetter}", r"\p{sc=Greek}"), note="Unicode, as JDK 25 has it."),
    Row("blocks and rare scripts", (r"\p{InGreek}", r"\p{IsTai_Tham}"), "refused", "Their tables are not kept at the edge."),
    Row("names that do not exist", (r"\p{Foo}", r"\p{lu}", r"\p{}", r"\p{^L}"), "invalid"),
    Row("`\\X`, `\\b{g}`", (r"\X", r"\b{g}"), "refused", "What one visible character is differs between releases."),
    Row("`[abc]`, `[^a-z]`, `[\\w-.]`, `[]a]`", ("[abc]+", "[^a-z]", r"[\w-.]+", "[]a]", "[a-c-e]", "[a-]", r"[\]\[]")),
    Row("classes within classes, `&&`", ("[a[bc]]", "[a-z&&[^aeiou]]+", "[^a-z&&b]", "[^a[^b]]", "[a-c&&b[d]]", "[a-z&&b-y&&[c-x]]")),
    Row("intersections with nothing, characters behind a class in one", ("[&&a]", "[a&&]", "[a&&[b]c]", "[a&&&b]"), "refused", "Java forgets parts of them."),
    Row("ranges that run down or end in a class, `\\b` or `\\R` in a class, empty classes", ("[z-a]", r"[a-\d]", r"[\b]", r"[\R]", "[]", "[a"), "invalid"),
    Row("`^`", ("^b", "(?m)^b", "(?dm)^b", "(?m)^"), note="At the start of the text; with `(?m)` behind each line break, but not at the end of the text."),
    Row("`$`, `\\Z`", ("a$", "(?m)a$", "(?dm)a$", r"a\Z", "$", "(?d)$"), note="At the end of the text and before a last line break, whichever; never between `\\r` and `\\n`."),
    Row("`\\A`, `\\z`", (r"\Aa", r"b\z")),
    Row("`\\G`", (r"\Ga",), "refused", "It depends on the match before."),
    Row("`\\b`, `\\B`", (r"\bb", r"a\b", r"\B", r"\b\w+\b"), note="Of ASCII words, as since JDK 19; a combining mark behind a letter or digit belongs to a word."),
    Row("`*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}` and their lazy and possessive forms", ("a*b", "a+?", "ab?+", "a{2}", "a{2,}+", "a{1,2}?b", "^*a")),
    Row("an interval behind another quantifier or behind nothing", ("a{2}{3}", "{2}"), "refused", "It repeats nothing."),
    Row("other doubled quantifiers, braces that are no intervals", ("a**", "a+*", "*a", "a{,3}", "a{x}", "{", "a{3,2}"), "invalid"),
    Row("`(…)`, `(?<name>…)`, `(?:…)`, `(?>…)`", ("(a)(b)?", "(?<x>a)(b)", "(?:ab)+", "(?>a|ab)c", "((a)|(b))+c?"), note="All parentheses are numbered, those with names too."),
    Row("names with other signs than letters and digits, names given twice, `(?P<x>…)`, `(?#…)`", ("(?<a_b>a)", "(?<1a>a)", "(?<x>a)(?<x>b)", "(?P<x>a)", "(?#a)b"), "invalid"),
    Row("a group within a loop that may match nothing", ("(a?)*b", "()*", "(a|)+b"), "refused", "What it holds at the end differs."),
    Row("a group that need not match, within a look-around, an atomic group or a possessive loop", ("(?=(a)|b)", "(?>(a)|b)c", "(?!(a))", "(?:(a)|b)++"), "refused", "Java may leave in it what it matched in vain. Translated where nobody asks for groups: `kv`, `split`, `=~`."),
    Row("`(?=…)`, `(?!…)`", ("a(?=b)", "a(?!b)", r"(?=(a+))\1b")),
    Row("`(?<=…)`, `(?<!…)`", ("(?<=a)b", "(?<!a|bc)d", "(?<=a{1,3})b", "(?<!ab?)c", "(?<=(?:ab){1,2})c"), note="Of limited width; where it varies, with the `regex` package."),
    Row("look-behinds without limit, or of variable width around groups", ("(?<=a+)b", "(?<=.*)b", "(?<=(a?))b", "(?<=(a|ab))b", "(?<=a{1,2}+)b"), "refused", "Java takes some of them by chance."),
    Row("`\\1`, `\\k<name>`", (r"(a)\1", r"(?<x>a)\k<x>", r"(?<x>a)\1", r"(a)\2", r"(a)\11"), note="A number without a group never matches."),
    Row("references to groups that are not complete at that place, or without regard to case", (r"\1(a)", r"(a\1)", r"(?i)(a)\1"), "refused"),
    Row("references to names without a group", (r"\k<y>", r"\k<x>(?<x>a)", r"\k"), "invalid"),
    Row("`(?i)`, `(?iu)`", ("(?i)aB", "a(?i)B|C", "(?i:a)b", "(?i)[^b]", "(?iu)é", "(?iu)[a-z]+", "(?-i)a"), note="`(?i)` alone is about ASCII letters only."),
    Row("`(?i)` with `\\p{IsLowercase}` and its like, `(?U)`", (r"(?i)\p{IsLowercase}", r"(?U)\w"), "refused"),
    Row("`(?m)`, `(?s)`, `(?d)`, `(?x)`", ("(?m)a$", "(?s)a.", "(?d).", "(?x) a b # c", "(?x)[a b]"), note="With `(?x)` blanks within classes do not count either."),
    Row("unbalanced parentheses, a backslash at the end, unknown options", ("(a", "a)", "a\\", "(?q)a", "(?"), "invalid"),
)  # fmt: skip
