"""
The formats with names: how each is printed, and the forms in which it is read, tried in order.

Dumped from the products' own objects (Elasticsearch 9.1, OpenSearch 3.4) in a notation of ours; ``named`` reads it.
One line a format: name, what is printed, then what is read; ``=`` stands for what is printed. A piece is a field's letter with its
widths, ``-`` (negative too), ``+`` (a sign beyond the width) or ``!`` (never a sign) and ``<`` or ``>n`` where fixed numbers follow
directly; ``F`` is a fraction with its point; ``o4`` an offset of Java's fourth kind; ``z`` a zone.
"""

from __future__ import annotations

from typing import Final

ELASTICSEARCH: Final = """
iso8601 | Y4-9+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3]] [o4]]] | iso Y n both optional
basic_date | utc: Y4-10->4 M2< d2< | utc: Y1-4-< M1-2< d1-2
basic_date_time | Y4-10->4 M2< d2< 'T' H2>4 m2< s2< F3 o4 | Y4->4 M2< d2< 'T' H2>4 m2< s2< F1-9 z | Y4->4 M2< d2< 'T' H2>4 m2< s2< F1-9 o1
basic_date_time_no_millis | Y4-10->4 M2< d2< 'T' H2>4 m2< s2< o4 | Y4->4 M2< d2< 'T' H2>4 m2< s2< z | Y4->4 M2< d2< 'T' H2>4 m2< s2< o1
basic_ordinal_date | smart: Y4-19+>3 D3< | =
basic_ordinal_date_time | y4-19+>3 D3< 'T' H2>4 m2< s2< F3 o4 | y4-19+>3 D3< 'T' H2>4 m2< s2< F1-9 z | y4-19+>3 D3< 'T' H2>4 m2< s2< F1-9 o1
basic_ordinal_date_time_no_millis | Y4-19+>3 D3< 'T' H2>4 m2< s2< o4 | Y4-19+>3 D3< 'T' H2>4 m2< s2< z | Y4-19+>3 D3< 'T' H2>4 m2< s2< o1
basic_time | H2>4 m2< s2< F3 o4 | H2>4 m2< s2< F1-9 z | H2>4 m2< s2< F1-9 o1
basic_time_no_millis | H2>4 m2< s2< o4 | H2>4 m2< s2< z | H2>4 m2< s2< o1
basic_t_time | 'T' H2>4 m2< s2< F3 o4 | 'T' H2>4 m2< s2< F1-9 z | smart: 'T' H2>4 m2< s2< F1-9 o1
basic_t_time_no_millis | 'T' H2>4 m2< s2< o4 | 'T' H2>4 m2< s2< z | 'T' H2>4 m2< s2< o1
basic_week_date | strict W4-10- 'W' w2!< E1-19- | W1-19- 'W' w1-2!< E1-19-
basic_week_date_time | strict W4-10- 'W' w2!< E1-19- 'T' H2>4 m2< s2< '.' f3 o1 | W1-19- 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< F1-9 z | W1-19- 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< F1-9 o1
basic_week_date_time_no_millis | strict W4-10- 'W' w2!< E1-19- 'T' H2>4 m2< s2< o1 | W1-19- 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< z | W1-19- 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< o1
date | Y4-10+ '-' M2 '-' d2 | Y1-9- ['-' M1-2 ['-' d1-2]]
date_hour | smart: Y4-19+ '-' M2 '-' d2 'T' H2 | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2
date_hour_minute | smart: Y4-19+ '-' M2 '-' d2 'T' H2 ':' m2 | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2
date_hour_minute_second | smart: Y4-19+ '-' M2 '-' d2 'T' H2 ':' m2 ':' s2 | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 ':' s1-2
date_hour_minute_second_fraction | Y4+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3 | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 ':' s1-2 F1-9
date_hour_minute_second_millis | Y4+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3 | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 ':' s1-2 F1-3
date_optional_time | Y4-9+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3]] [o4]]] | Y1-9- ['-' M1-2 ['-' d1-2]] ['T' [H1-2 [':' m1-2 [':' s1-2] [F1-9] [',' f1-9] [z] [o1]]]]
date_time | Y4-9+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3]] [o4]]] | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2 F1-9] o4 | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2 F1-9] o1
date_time_no_millis | Y4-10+ '-' M2 '-' d2 'T' H2 ':' m2 ':' s2 z | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2] o4 | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2] o1 | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2] [z] | Y1-9- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2] [o1]
hour | smart: H2 | H1-2
hour_minute | smart: H2 ':' m2 | H1-2 ':' m1-2
hour_minute_second | H2 ':' m2 ':' s2 | H1-2 ':' m1-2 ':' s1-2
hour_minute_second_fraction | H2 ':' m2 ':' s2 F3 | H1-2 ':' m1-2 ':' s1-2 F1-9
hour_minute_second_millis | H2 ':' m2 ':' s2 F3 | H1-2 ':' m1-2 ':' s1-2 F1-3
ordinal_date | Y4-10+ '-' D3 | Y4-10+ '-' D1-3
ordinal_date_time | Y4+ '-' D3 'T' H2 ':' m2 [':' s2 F3-9] o4 | Y4-10+ '-' D1-3 'T' H1-2 ':' m1-2 [':' s1-2 F1-9] z | Y4-10+ '-' D1-3 'T' H1-2 ':' m1-2 [':' s1-2 F1-9] o1
ordinal_date_time_no_millis | Y4+ '-' D3 'T' H2 ':' m2 ':' s2 o4 | Y4-10+ '-' D1-3 'T' H1-2 ':' m1-2 ':' s1-2 z | Y4-10+ '-' D1-3 'T' H1-2 ':' m1-2 ':' s1-2 o1
time | H2 ':' m2 ':' s2 F3 o4 | H1-2 ':' m1-2 ':' s1-2 F1-9 z | H1-2 ':' m1-2 ':' s1-2 F1-9 o1
time_no_millis | H2 ':' m2 ':' s2 o4 | H1-2 ':' m1-2 ':' s1-2 z | H1-2 ':' m1-2 ':' s1-2 o1
t_time | 'T' H2 ':' m2 ':' s2 F3 o4 | 'T' H1-2 ':' m1-2 ':' s1-2 F1-9 z | 'T' H1-2 ':' m1-2 ':' s1-2 F1-9 o1
t_time_no_millis | 'T' H2 ':' m2 ':' s2 o4 | 'T' H1-2 ':' m1-2 ':' s1-2 z | 'T' H1-2 ':' m1-2 ':' s1-2 o1
week_date | ignorecase W4-10+ '-W' w2 '-' E1 | W4-10+ '-W' w1-2 '-' E1
week_date_time | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 F3 o4 | W4-10+ '-W' w1-2 '-' E1 'T' H1-2 ':' m1-2 ':' s1-2 F1-9 z | W4-10+ '-W' w1-2 '-' E1 'T' H1-2 ':' m1-2 ':' s1-2 F1-9 o1
week_date_time_no_millis | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 o4 | W4-10+ '-W' w1-2 '-' E1 'T' H1-2 ':' m1-2 ':' s1-2 z | W4-10+ '-W' w1-2 '-' E1 'T' H1-2 ':' m1-2 ':' s1-2 o1
weekyear | V1-19- | =
weekyear_week | V4-10+ '-W' v2 | V1-19- '-W' v1-19-
weekyear_week_day | V4-10+ '-W' v2 '-' e1-19- | V1-19- '-W' v1-19- '-' e1-19-
year | Y1-19- | =
year_month | Y4-10+ '-' M2 | Y1-19- '-' M1-19-
year_month_day | Y4+ ['-' M2 ['-' d2]] | Y1-19- '-' M1-19- '-' d1-19-
strict_basic_week_date | strict W4-10- 'W' w2!< E1-19- | strict W4 'W' w1-2!< E1-19-
strict_basic_week_date_time | strict W4-10- 'W' w2!< E1-19- 'T' H2>4 m2< s2< '.' f3 o1 | strict W4 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< F1-9 z | strict W4 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< F1-9 o1
strict_basic_week_date_time_no_millis | strict W4-10- 'W' w2!< E1-19- 'T' H2>4 m2< s2< o4 | strict W4-10- 'W' w2!< E1-19- 'T' H2>4 m2< s2< z | strict W4-10- 'W' w2!< E1-19- 'T' H2>4 m2< s2< o1
strict_date | lenient: Y4-10+ '-' M2 '-' d2 | =
strict_date_hour | smart: Y4-19+ '-' M2 '-' d2 'T' H2 | =
strict_date_hour_minute | smart: Y4-19+ '-' M2 '-' d2 'T' H2 ':' m2 | =
strict_date_hour_minute_second | smart: Y4-19+ '-' M2 '-' d2 'T' H2 ':' m2 ':' s2 | iso YMdHms s both forbidden
strict_date_hour_minute_second_fraction | Y4+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3 | iso YMdHmsn n dot forbidden
strict_date_hour_minute_second_millis | Y4+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3 | iso YMdHmsn n dot forbidden
strict_date_optional_time | Y4-9+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3]] [o4]]] | iso Y n both optional
strict_date_optional_time_nanos | Y4-9+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3-9]] [o4]]] | iso YHms n both optional optionaltime
strict_date_time | Y4+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3-9 o4 | iso YMdHms n dot mandatory
strict_date_time_no_millis | Y4+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 o4 | iso YMdHms s both mandatory
strict_hour | smart: H2 | =
strict_hour_minute | smart: H2 ':' m2 | =
strict_hour_minute_second | H2 ':' m2 ':' s2 | =
strict_hour_minute_second_fraction | H2 ':' m2 ':' s2 F3 | H2 ':' m2 ':' s2 F1-9
strict_hour_minute_second_millis | H2 ':' m2 ':' s2 F3 | H2 ':' m2 ':' s2 F1-9
strict_ordinal_date | ignorecase Y4+ '-' D3 | =
strict_ordinal_date_time | Y4+ '-' D3 'T' H2 ':' m2 [':' s2 F3-9] o4 | Y4+ '-' D3 'T' H2 ':' m2 [':' s2 F1-9] z | Y4+ '-' D3 'T' H2 ':' m2 [':' s2 F1-9] o1
strict_ordinal_date_time_no_millis | Y4+ '-' D3 'T' H2 ':' m2 ':' s2 o4 | Y4+ '-' D3 'T' H2 ':' m2 ':' s2 z | Y4+ '-' D3 'T' H2 ':' m2 ':' s2 o1
strict_time | H2 ':' m2 ':' s2 F3 o4 | H2 ':' m2 ':' s2 F1-9 z | H2 ':' m2 ':' s2 F1-9 o1
strict_time_no_millis | H2 ':' m2 ':' s2 o4 | H2 ':' m2 ':' s2 z | H2 ':' m2 ':' s2 o1
strict_t_time | 'T' H2 ':' m2 ':' s2 F3 o4 | 'T' H2 ':' m2 ':' s2 F1-9 z | 'T' H2 ':' m2 ':' s2 F1-9 o1
strict_t_time_no_millis | 'T' H2 ':' m2 ':' s2 o4 | 'T' H2 ':' m2 ':' s2 z | 'T' H2 ':' m2 ':' s2 o1
strict_week_date | ignorecase W4-10+ '-W' w2 '-' E1 | =
strict_week_date_time | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 F3 o4 | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 F1-9 z | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 F1-9 o1
strict_week_date_time_no_millis | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 o4 | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 z | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 o1
strict_weekyear | V4-10+ | =
strict_weekyear_week | V4-10+ '-W' v2 | =
strict_weekyear_week_day | V4-10+ '-W' v2 '-' e1-19- | =
strict_year | Y4+ | iso Y Y both forbidden
strict_year_month | Y4+ '-' M2 | iso YM M both forbidden
strict_year_month_day | Y4+ ['-' M2 ['-' d2]] | =
"""

OPENSEARCH: Final = """
iso8601 | Y4-10+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3]] [o4]]] | Y4-10+ ['-' M2 ['-' d2]] ['T' [H2 [':' m2 [':' s2 [F1-9] [',' f1-9]]]] [z] [o1]]
basic_date | utc: Y4->4 M2< d2< | utc: Y1-4-< M1-2< d1-2
basic_date_time | Y4->4 M2< d2< 'T' H2>4 m2< s2< F3 o4 | Y4->4 M2< d2< 'T' H2>4 m2< s2< F1-9 z | Y4->4 M2< d2< 'T' H2>4 m2< s2< F1-9 o1
basic_date_time_no_millis | Y4->4 M2< d2< 'T' H2>4 m2< s2< o4 | Y4->4 M2< d2< 'T' H2>4 m2< s2< z | Y4->4 M2< d2< 'T' H2>4 m2< s2< o1
basic_ordinal_date | smart: Y4-19+>3 D3< | =
basic_ordinal_date_time | y4-19+>3 D3< 'T' H2>4 m2< s2< F3 o4 | y4-19+>3 D3< 'T' H2>4 m2< s2< F1-9 z | y4-19+>3 D3< 'T' H2>4 m2< s2< F1-9 o1
basic_ordinal_date_time_no_millis | Y4-19+>3 D3< 'T' H2>4 m2< s2< o4 | Y4-19+>3 D3< 'T' H2>4 m2< s2< z | Y4-19+>3 D3< 'T' H2>4 m2< s2< o1
basic_time | H2>4 m2< s2< F3 o4 | H2>4 m2< s2< F1-9 z | H2>4 m2< s2< F1-9 o1
basic_time_no_millis | H2>4 m2< s2< o4 | H2>4 m2< s2< z | H2>4 m2< s2< o1
basic_t_time | 'T' H2>4 m2< s2< F3 o4 | 'T' H2>4 m2< s2< F1-9 z | smart: 'T' H2>4 m2< s2< F1-9 o1
basic_t_time_no_millis | 'T' H2>4 m2< s2< o4 | 'T' H2>4 m2< s2< z | 'T' H2>4 m2< s2< o1
basic_week_date | strict W4 'W' w2!< E1-19- | W1-19- 'W' w1-2!< E1-19-
basic_week_date_time | strict W4 'W' w2!< E1-19- 'T' H2>4 m2< s2< '.' f3 o1 | W1-19- 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< F1-9 z | W1-19- 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< F1-9 o1
basic_week_date_time_no_millis | strict W4 'W' w2!< E1-19- 'T' H2>4 m2< s2< o1 | W1-19- 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< z | W1-19- 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< o1
date | Y4-10+ '-' M2 '-' d2 | Y1-5- ['-' M1-2 ['-' d1-2]]
date_hour | smart: Y4-19+ '-' M2 '-' d2 'T' H2 | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2
date_hour_minute | smart: Y4-19+ '-' M2 '-' d2 'T' H2 ':' m2 | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2
date_hour_minute_second | smart: Y4-19+ '-' M2 '-' d2 'T' H2 ':' m2 ':' s2 | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 ':' s1-2
date_hour_minute_second_fraction | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3 | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 ':' s1-2 F1-9
date_hour_minute_second_millis | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3 | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 ':' s1-2 F1-3
date_optional_time | Y4-10+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3]] [o4]]] | Y1-5- ['-' M1-2 ['-' d1-2]] ['T' [H1-2 [':' m1-2 [':' s1-2] [F1-9] [',' f1-9] [z] [o1]]]]
date_time | Y4-10+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3]] [o4]]] | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2 F1-9] o4 | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2 F1-9] o1
date_time_no_millis | Y4-10+ '-' M2 '-' d2 'T' H2 ':' m2 ':' s2 z | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2] o4 | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2] o1 | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2] [z] | Y1-5- ['-' M1-2 ['-' d1-2]] 'T' H1-2 ':' m1-2 [':' s1-2] [o1]
hour | smart: H2 | H1-2
hour_minute | smart: H2 ':' m2 | H1-2 ':' m1-2
hour_minute_second | H2 ':' m2 ':' s2 | H1-2 ':' m1-2 ':' s1-2
hour_minute_second_fraction | H2 ':' m2 ':' s2 F3 | H1-2 ':' m1-2 ':' s1-2 F1-9
hour_minute_second_millis | H2 ':' m2 ':' s2 F3 | H1-2 ':' m1-2 ':' s1-2 F1-3
ordinal_date | Y4-10+ '-' D3 | Y4-10+ '-' D1-3
ordinal_date_time | Y4-10+ '-' D3 'T' H2 ':' m2 [':' s2 F3-9] o4 | Y4-10+ '-' D1-3 'T' H1-2 ':' m1-2 [':' s1-2 F1-9] z | Y4-10+ '-' D1-3 'T' H1-2 ':' m1-2 [':' s1-2 F1-9] o1
ordinal_date_time_no_millis | Y4-10+ '-' D3 'T' H2 ':' m2 ':' s2 o4 | Y4-10+ '-' D1-3 'T' H1-2 ':' m1-2 ':' s1-2 z | Y4-10+ '-' D1-3 'T' H1-2 ':' m1-2 ':' s1-2 o1
time | H2 ':' m2 ':' s2 F3 o4 | H1-2 ':' m1-2 ':' s1-2 F1-9 z | H1-2 ':' m1-2 ':' s1-2 F1-9 o1
time_no_millis | H2 ':' m2 ':' s2 o4 | H1-2 ':' m1-2 ':' s1-2 z | H1-2 ':' m1-2 ':' s1-2 o1
t_time | 'T' H2 ':' m2 ':' s2 F3 o4 | 'T' H1-2 ':' m1-2 ':' s1-2 F1-9 z | 'T' H1-2 ':' m1-2 ':' s1-2 F1-9 o1
t_time_no_millis | 'T' H2 ':' m2 ':' s2 o4 | 'T' H1-2 ':' m1-2 ':' s1-2 z | 'T' H1-2 ':' m1-2 ':' s1-2 o1
week_date | ignorecase W4-10+ '-W' w2 '-' E1 | W4-10+ '-W' w1-2 '-' E1
week_date_time | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 F3 o4 | W4-10+ '-W' w1-2 '-' E1 'T' H1-2 ':' m1-2 ':' s1-2 F1-9 z | W4-10+ '-W' w1-2 '-' E1 'T' H1-2 ':' m1-2 ':' s1-2 F1-9 o1
week_date_time_no_millis | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 o4 | W4-10+ '-W' w1-2 '-' E1 'T' H1-2 ':' m1-2 ':' s1-2 z | W4-10+ '-W' w1-2 '-' E1 'T' H1-2 ':' m1-2 ':' s1-2 o1
week_year | V1-19- | =
weekyear | V1-19- | =
weekyear_week | V4-10+ '-W' v2 | V1-19- '-W' v1-19-
weekyear_week_day | V4-10+ '-W' v2 '-' e1-19- | V1-19- '-W' v1-19- '-' e1-19-
year | Y1-19- | =
year_month | Y4-10+ '-' M2 | Y1-19- '-' M1-19-
year_month_day | Y4-10+ ['-' M2 ['-' d2]] | Y1-19- '-' M1-19- '-' d1-19-
strict_basic_week_date | strict W4 'W' w2!< E1-19- | strict W4 'W' w1-2!< E1-19-
strict_basic_week_date_time | strict W4 'W' w2!< E1-19- 'T' H2>4 m2< s2< '.' f3 o1 | strict W4 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< F1-9 z | strict W4 'W' w1-2!< E1-19- 'T' H2>4 m2< s2< F1-9 o1
strict_basic_week_date_time_no_millis | strict W4 'W' w2!< E1-19- 'T' H2>4 m2< s2< o4 | strict W4 'W' w2!< E1-19- 'T' H2>4 m2< s2< z | strict W4 'W' w2!< E1-19- 'T' H2>4 m2< s2< o1
strict_date | lenient: Y4-10+ '-' M2 '-' d2 | =
strict_date_hour | smart: Y4-19+ '-' M2 '-' d2 'T' H2 | =
strict_date_hour_minute | smart: Y4-19+ '-' M2 '-' d2 'T' H2 ':' m2 | =
strict_date_hour_minute_second | smart: Y4-19+ '-' M2 '-' d2 'T' H2 ':' m2 ':' s2 | =
strict_date_hour_minute_second_fraction | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3 | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F1-9
strict_date_hour_minute_second_millis | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3 | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F1-9
strict_date_optional_time | Y4-10+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3]] [o4]]] | Y4-10+ ['-' M2 ['-' d2]] ['T' [H2 [':' m2 [':' s2 [F1-9] [',' f1-9]]] [z] [o1]]]
strict_date_optional_time_nanos | Y4-10+ ['-' M2 ['-' d2]] 'T' [H2 [':' m2 [':' s2 [F3-9]] [o4]]] | Y4-10+ ['-' M2 ['-' d2]] ['T' H2 ':' m2 ':' s2 [F1-9] [',' f1-9] [z] [o1]]
strict_date_time | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 F3-9 o4 | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 [F1-9] z | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 [F1-9] o1
strict_date_time_no_millis | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 o4 | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 z | Y4-10+ ['-' M2 ['-' d2]] 'T' H2 ':' m2 ':' s2 o1
strict_hour | smart: H2 | =
strict_hour_minute | smart: H2 ':' m2 | =
strict_hour_minute_second | H2 ':' m2 ':' s2 | =
strict_hour_minute_second_fraction | H2 ':' m2 ':' s2 F3 | H2 ':' m2 ':' s2 F1-9
strict_hour_minute_second_millis | H2 ':' m2 ':' s2 F3 | H2 ':' m2 ':' s2 F1-9
strict_ordinal_date | ignorecase Y4-10+ '-' D3 | =
strict_ordinal_date_time | Y4-10+ '-' D3 'T' H2 ':' m2 [':' s2 F3-9] o4 | Y4-10+ '-' D3 'T' H2 ':' m2 [':' s2 F1-9] z | Y4-10+ '-' D3 'T' H2 ':' m2 [':' s2 F1-9] o1
strict_ordinal_date_time_no_millis | Y4-10+ '-' D3 'T' H2 ':' m2 ':' s2 o4 | Y4-10+ '-' D3 'T' H2 ':' m2 ':' s2 z | Y4-10+ '-' D3 'T' H2 ':' m2 ':' s2 o1
strict_time | H2 ':' m2 ':' s2 F3 o4 | H2 ':' m2 ':' s2 F1-9 z | H2 ':' m2 ':' s2 F1-9 o1
strict_time_no_millis | H2 ':' m2 ':' s2 o4 | H2 ':' m2 ':' s2 z | H2 ':' m2 ':' s2 o1
strict_t_time | 'T' H2 ':' m2 ':' s2 F3 o4 | 'T' H2 ':' m2 ':' s2 F1-9 z | 'T' H2 ':' m2 ':' s2 F1-9 o1
strict_t_time_no_millis | 'T' H2 ':' m2 ':' s2 o4 | 'T' H2 ':' m2 ':' s2 z | 'T' H2 ':' m2 ':' s2 o1
strict_week_date | ignorecase W4-10+ '-W' w2 '-' E1 | =
strict_week_date_time | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 F3 o4 | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 F1-9 z | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 F1-9 o1
strict_week_date_time_no_millis | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 o4 | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 z | ignorecase W4-10+ '-W' w2 '-' E1 'T' H2 ':' m2 ':' s2 o1
strict_weekyear | V4-10+ | =
strict_weekyear_week | V4-10+ '-W' v2 | =
strict_weekyear_week_day | V4-10+ '-W' v2 '-' e1-19- | =
strict_year | Y4-10+ | =
strict_year_month | Y4-10+ '-' M2 | =
strict_year_month_day | Y4-10+ ['-' M2 ['-' d2]] | =
"""
