{% macro generalise_date(column, to='month') %}
  {{ return(adapter.dispatch('generalise_date', 'meshport')('(' ~ column ~ ')', to)) }}
{% endmacro %}

{# date_trunc makes a time stamp of a date: the result is cast back to the column's own type. #}
{% macro duckdb__generalise_date(column, to) %}
  {% do meshport.refuse_unit(to) %}
  {{ return('cast_to_type(date_trunc(' ~ (meshport.duckdb__literals([to]) | first) ~ ', ' ~ column ~ '), ' ~ column ~ ')') }}
{% endmacro %}

{# date_trunc makes a time stamp of everything, and no type can be named after a column's: so what is beyond the start of
   the period is taken off, which leaves a date a date. Of time stamps that is an exact number of minutes and seconds, for
   days have not always 24 hours; of all else days and a time of day, which know no time zone. #}
{% macro databricks__generalise_date(column, to) %}
  {% do meshport.refuse_unit(to) %}
  {% set start = "date_trunc('" ~ ('year' if to == 'decade' else to) ~ "', " ~ column ~ ')' %}
  {% if to == 'decade' %}
    {% set start = '(' ~ start ~ ' - make_ym_interval(pmod(year(' ~ column ~ '), 10), 0))' %}
  {% endif %}
  {% set beyond = '(unix_micros(cast(' ~ column ~ ' as timestamp)) - unix_micros(cast(' ~ start ~ ' as timestamp)))' %}
  {% set exact = '0, 0, cast(' ~ beyond ~ ' div 60000000 as int), cast(' ~ beyond ~ ' % 60000000 as decimal(14, 6)) / 1000000' %}
  {% set days = 'datediff(cast(' ~ column ~ ' as date), cast(' ~ start ~ ' as date))' %}
  {% set time = 'hour(' ~ column ~ ') - hour(' ~ start ~ '), minute(' ~ column ~ '), extract(second from ' ~ column ~ ')' %}
  {{ return(
    '(' ~ column ~ ' - if(typeof(' ~ column ~ ") = 'timestamp', make_interval(0, 0, 0, " ~ exact
    ~ '), make_interval(0, 0, 0, ' ~ days ~ ', ' ~ time ~ ')))'
  ) }}
{% endmacro %}

{% macro refuse_unit(to) %}
  {% if to not in ['decade', 'year', 'quarter', 'month', 'week', 'day', 'hour'] %}
    {% do exceptions.raise_compiler_error('meshport.generalise_date knows no unit ' ~ tojson(to)) %}
  {% endif %}
{% endmacro %}

{% macro default__generalise_date(column, to='month') %}
  {{ return(meshport.no_body('generalise_date')) }}
{% endmacro %}
