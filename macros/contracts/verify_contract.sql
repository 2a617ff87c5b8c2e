{% macro verify_contract(port) %}
  {{ return(adapter.dispatch('verify_contract', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__verify_contract(port) %}
  {% set names = meshport.duckdb__literals(port.columns | map(attribute='name')) %}
  {% set declared = [] %}
  {% for column in port.columns %}
    {% set data_type = 'typeof(cast(null as ' ~ column.data_type ~ '))' if column.data_type else 'cast(null as varchar)' %}
    {% do declared.append('(' ~ names[loop.index0] ~ ', ' ~ data_type ~ ')') %}
  {% endfor %}
  {% set rules = meshport.duckdb__contract_rules(port.constraints or []) %}

  {% set sql %}
with declared (column_name, data_type) as (
  values {{ declared | join(', ') }}
),
actual as (
  select column_name, column_type as data_type from (describe {{ meshport.duckdb__relation_name(port.staged) }})
),
{%- if rules %}
counted as materialized (
  select
    {% for rule in rules -%}
    {{ rule.count }} as rule_{{ loop.index }}{{ ',' if not loop.last }}
    {% endfor -%}
  from {{ meshport.duckdb__filtered_rows(port) }} as source_rows
),
{%- endif %}
compared as (
  select
    coalesce(declared.column_name, actual.column_name) as subject,
    case
      when actual.column_name is null then 'missing column'
      when declared.column_name is null then 'unexpected column'
      else 'data type'
    end as problem,
    declared.data_type as expected,
    actual.data_type as actual
  from declared
  full join actual on lower(declared.column_name) = lower(actual.column_name)
  where declared.column_name is null or actual.column_name is null or declared.data_type <> actual.data_type
)
select subject, problem, expected, actual from compared
{%- for rule in rules %}
{%- set texts = meshport.duckdb__literals([rule.subject, rule.problem, rule.expected]) %}
union all
select {{ texts | join(', ') }}, cast(rule_{{ loop.index }} as varchar) from counted where rule_{{ loop.index }} > 0
{%- endfor %}
  {% endset %}
  {{ return(meshport.statements([['verify the contract', sql]], expect='no_rows')) }}
{% endmacro %}

{% macro default__verify_contract(port) %}
  {{ return(meshport.no_body('verify_contract')) }}
{% endmacro %}
