{% macro verify_masks(port, alone=false) %}
  {{ return(adapter.dispatch('verify_masks', 'meshport')(port, alone)) }}
{% endmacro %}

{% macro duckdb__verify_masks(port, alone=false) %}
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
   cannot be judged, for whoever may see them reads them unmasked. `alone` says that a column must not be masked in the
   other way as well: while a port goes from one to the other it is, and then nobody reads it. What a tag's policy does
   is verified for all ports at once, where policies are made. #}
{% macro databricks__verify_masks(port, alone=false) %}
  {% if port.mode == 'view' %}
    {{ return([]) }}
  {% endif %}
  {% set place = meshport.databricks__literals([port.target.schema, port.target.identifier]) %}
  {% set zone = (meshport.databricks__identifiers([port.target.database]) | first) ~ '.information_schema' %}
  {% set here = ' where table_schema = lower(' ~ place[0] ~ ') and table_name = lower(' ~ place[1] ~ ')' %}
  {% set declared = [] %}
  {% set tags = port.by_policy or meshport.databricks__standing_masks(port, 'mask_tags') %}
  {% for column in port.columns if column.mask %}
    {% set function = meshport.databricks__function_key(column.mask.function) %}
    {% if not column.mask.tag %}
      {% do declared.append([column.name, 'column mask', function]) %}
    {% elif alone %}
      {% do declared.append([column.name, 'column mask', '']) %}
    {% endif %}
    {% if column.mask.tag or (alone and tags) %}
      {% do declared.append([column.name, 'mask tag', column.mask.tag or '']) %}
    {% endif %}
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
{%- if tags %}
  union all
  select column_name, 'mask tag', tag_value from {{ zone }}.column_tags{{ here | replace('table_schema', 'schema_name') }} and tag_name = 'meshport_mask'
{%- endif %}
)
select declared.subject, declared.kind as problem, declared.function as expected, actual.function as actual
from declared
left join actual on lower(declared.subject) = lower(actual.subject) and declared.kind = actual.kind
where coalesce(actual.function, '') <> declared.function
  {% endset %}
  {{ return(meshport.statements([['verify masks', sql]], expect='no_rows')) }}
{% endmacro %}

{% macro default__verify_masks(port, alone=false) %}
  {{ return(meshport.no_body('verify_masks')) }}
{% endmacro %}
