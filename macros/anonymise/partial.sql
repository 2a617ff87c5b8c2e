{% macro partial(column, keep=none, first=0, last=0, fill='*') %}
  {{ return(adapter.dispatch('partial', 'meshport')('(' ~ column ~ ')', keep, first, last, fill)) }}
{% endmacro %}

{# Three fills stand for what is hidden, however long it was. What cannot hide three characters shows fills only, as
   many as a value of that shape has; so a masked value masked again stays what it is, which verify_masks relies on.
   Only what looks like a host name is kept as a domain: a note behind the address is hidden with the rest. #}
{% macro duckdb__partial(column, keep, first, last, fill) %}
  {% do meshport.refuse_partial(keep, first, last, fill) %}
  {% set text = 'cast(' ~ column ~ ' as varchar)' %}
  {% set domain = '(@[\\p{L}\\p{N}.-]+)$' if keep == 'domain' else '()$' %}
  {% set fills = fill * (first + 3 + last) %}
  {% set long, shown, short, hidden, all = meshport.duckdb__literals([
    '^(.{' ~ first ~ '}).{3,}(.{' ~ last ~ '})' ~ domain,
    '\\1' ~ ((fill * 3) | replace('\\', '\\\\')) ~ '\\2\\3',
    '^.*' ~ domain,
    (fills | replace('\\', '\\\\')) ~ '\\1',
    fills,
  ]) %}
  {{ return(
    'case when regexp_matches(' ~ text ~ ', ' ~ long ~ ", 's')"
    ~ ' then regexp_replace(' ~ text ~ ', ' ~ long ~ ', ' ~ shown ~ ", 's')"
    ~ ' when regexp_matches(' ~ text ~ ', ' ~ short ~ ", 's')"
    ~ ' then regexp_replace(' ~ text ~ ', ' ~ short ~ ', ' ~ hidden ~ ", 's')"
    ~ ' when ' ~ column ~ ' is not null then ' ~ all ~ ' end'
  ) }}
{% endmacro %}

{# The same values as on DuckDB. Only the domain takes a regular expression: \z is the end of the text, where Java's $ may
   also be in front of a last line break. #}
{% macro databricks__partial(column, keep, first, last, fill) %}
  {% do meshport.refuse_partial(keep, first, last, fill) %}
  {% set shown = first + 3 + last %}
  {% set text = 'cast(' ~ column ~ ' as string)' %}
  {% set three, all, pattern = meshport.databricks__literals([fill * 3, fill * shown, '(@[\\p{L}\\p{N}.-]+)\\z']) %}
  {% set domain = 'regexp_extract(' ~ text ~ ', ' ~ pattern ~ ', 1)' %}
  {% set local = text if keep != 'domain' else 'left(' ~ text ~ ', char_length(' ~ text ~ ') - char_length(' ~ domain ~ '))' %}
  {% set parts = [three] %}
  {% if first %}
    {% do parts.insert(0, 'left(' ~ text ~ ', ' ~ first ~ ')') %}
  {% endif %}
  {% if last %}
    {% do parts.append('right(' ~ local ~ ', ' ~ last ~ ')') %}
  {% endif %}
  {% set long = 'char_length(' ~ local ~ ') >= ' ~ shown %}
  {% if keep == 'domain' %}
    {{ return(
      'case when ' ~ column ~ ' is null then null when ' ~ domain ~ " = '' then " ~ all ~ ' when ' ~ long ~ ' then concat('
      ~ (parts | join(', ')) ~ ', ' ~ domain ~ ') else concat(' ~ all ~ ', ' ~ domain ~ ') end'
    ) }}
  {% endif %}
  {{ return('case when ' ~ long ~ ' then concat(' ~ (parts | join(', ')) ~ ') when ' ~ column ~ ' is not null then ' ~ all ~ ' end') }}
{% endmacro %}

{% macro refuse_partial(keep, first, last, fill) %}
  {% if keep not in [none, 'domain'] or fill | length != 1 or first < 0 or last < 0 %}
    {% do exceptions.raise_compiler_error(
      "meshport.partial takes keep='domain' or none, first and last from 0 on, and one character to fill with"
    ) %}
  {% endif %}
{% endmacro %}

{% macro default__partial(column, keep=none, first=0, last=0, fill='*') %}
  {{ return(meshport.no_body('partial')) }}
{% endmacro %}
