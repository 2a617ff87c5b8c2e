{% macro verify_contract(port) %}
  {{ return(adapter.dispatch('verify_contract', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__verify_contract(port) %}
  {% set rules = meshport.contract_rules(port.constraints or [], meshport.duckdb__quoting()) %}
  {% set sql %}
with declared (column_name, data_type) as (
  values {{ meshport.declared_columns(port.columns, meshport.duckdb__quoting()) | join(', ') }}
),
actual as (
  select column_name, column_type as data_type from (describe {{ meshport.duckdb__relation_name(port.staged) }})
),
{%- if rules %}
counted as materialized (
{{ meshport.rules_counted(rules, meshport.duckdb__filtered_rows(port)) }}
),
{%- endif %}
compared as (
{{ meshport.columns_compared() }}
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

{# What is counted is one scan: stack() makes a row of each count, where a union would scan once for each. Types are
   read where the rows will come from, at its newest version: information_schema knows no other. A view shows what is
   declared, whatever else the source has; a clone would show it all. #}
{% macro databricks__verify_contract(port) %}
  {% set read = port.audited if port.mode == 'copy' else port.source %}
  {% set rules = meshport.contract_rules(port.constraints or [], meshport.databricks__quoting()) %}
  {% set place = meshport.databricks__literals([read.schema, read.identifier]) %}
  {% set sql %}
with declared (column_name, data_type) as (
  select column_name, {{ meshport.databricks__comparable_type('data_type') }}
  from (values {{ meshport.declared_columns(port.columns, meshport.databricks__quoting()) | join(', ') }}) as given (column_name, data_type)
),
actual as (
  select column_name, {{ meshport.databricks__comparable_type('full_data_type') }} as data_type
  from {{ meshport.databricks__identifiers([read.database]) | first }}.information_schema.columns
  where table_schema = lower({{ place[0] }}) and table_name = lower({{ place[1] }})
  {%- if port.mode == 'view' %} and lower(column_name) in (select lower(column_name) from declared){% endif %}
),
{%- if rules %}
counted as (
{{ meshport.rules_counted(rules, meshport.databricks__audited_rows(port)) }}
),
{%- endif %}
compared as (
{{ meshport.columns_compared() }}
)
select subject, problem, expected, actual from compared
{%- if rules %}
union all
select subject, problem, expected, cast(found as string) from (
  select stack({{ rules | length }}
    {%- for rule in rules %},
    {{ meshport.databricks__literals([rule.subject, rule.problem, rule.expected]) | join(', ') }}, rule_{{ loop.index }}
    {%- endfor %}) as (subject, problem, expected, found)
  from counted
)
where found > 0
{%- endif %}
  {% endset %}
  {{ return(meshport.statements([['verify the contract', sql]], expect='no_rows', pinned=port.mode == 'clone' and rules | length > 0)) }}
{% endmacro %}

{% macro default__verify_contract(port) %}
  {{ return(meshport.no_body('verify_contract')) }}
{% endmacro %}
