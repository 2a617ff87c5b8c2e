{% macro verify_masks(port) %}
  {{ return(adapter.dispatch('verify_masks', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__verify_masks(port) %}
  {% set counts = [] %}
  {% set findings = [] %}
  {% for column in port.columns if column.mask %}
    {% set value = 'staged.' ~ (meshport.duckdb__identifiers([column.name]) | first) %}
    {% set texts = meshport.duckdb__literals([column.name, column.mask.method]) %}
    {% set count = 'unmasked_' ~ loop.index %}
    {% do counts.append(
      'count(*) filter (where ' ~ value ~ ' is not null and not '
      ~ meshport.duckdb__looks_masked(value, column.mask) ~ ') as ' ~ count
    ) %}
    {% do findings.append(
      'select ' ~ texts[0] ~ " as subject, 'unmasked values' as problem, " ~ texts[1]
      ~ ' as expected, cast(' ~ count ~ ' as varchar) as actual from counted where ' ~ count ~ ' > 0'
    ) %}
  {% endfor %}
  {% if not counts %}
    {{ return(meshport.statements([['verify masks',
      'select null as subject, null as problem, null as expected, null as actual where false'
    ]], expect='no_rows')) }}
  {% endif %}
  {{ return(meshport.statements([['verify masks',
    'with counted as materialized (\n  select\n    ' ~ (counts | join(',\n    ')) ~ '\n  from '
    ~ meshport.duckdb__relation_name(port.staged) ~ ' as staged\n)\n' ~ (findings | join('\nunion all\n'))
  ]], expect='no_rows')) }}
{% endmacro %}

{# What the catalog enforces, where the port declares something: what others put on other columns is theirs. The values
   cannot be judged, for whoever may see them reads them unmasked. #}
{% macro databricks__verify_masks(port) %}
  {% if port.mode == 'view' %}
    {{ return([]) }}
  {% endif %}
  {% set place = meshport.databricks__literals([port.target.schema, port.target.identifier]) %}
  {% set zone = (meshport.databricks__identifiers([port.target.database]) | first) ~ '.information_schema' %}
  {% set here = ' where table_schema = lower(' ~ place[0] ~ ') and table_name = lower(' ~ place[1] ~ ')' %}
  {% set declared = [] %}
  {% for column in port.columns if column.mask %}
    {% do declared.append([column.name, 'column mask', meshport.databricks__function_key(column.mask.function)]) %}
  {% endfor %}
  {% if port.row_filter %}
    {% do declared.append(['', 'row filter', meshport.databricks__function_key(port.row_filter.function)]) %}
  {% endif %}
  {% set rows = [] %}
  {% for row in declared or [['', '', '']] %}
    {% do rows.append('(' ~ (meshport.databricks__literals(row) | join(', ')) ~ ')') %}
  {% endfor %}
  {% set sql %}
with declared (subject, kind, function) as (
  select * from (values {{ rows | join(', ') }}) as given (subject, kind, function) where kind <> ''
),
actual (subject, kind, function) as (
  select column_name, 'column mask', lower(replace(mask_name, '`', '')) from {{ zone }}.column_masks{{ here }}
  union all
  select '', 'row filter', lower(replace(filter_name, '`', '')) from {{ zone }}.row_filters{{ here }}
)
select declared.subject, declared.kind as problem, declared.function as expected, actual.function as actual
from declared
left join actual on lower(declared.subject) = lower(actual.subject) and declared.kind = actual.kind
where actual.function is null or declared.function <> actual.function
  {% endset %}
  {{ return(meshport.statements([['verify masks', sql]], expect='no_rows')) }}
{% endmacro %}

{% macro default__verify_masks(port) %}
  {{ return(meshport.no_body('verify_masks')) }}
{% endmacro %}
