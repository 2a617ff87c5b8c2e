{% macro set_tags(relation, column, tags) %}
  {{ return(adapter.dispatch('set_tags', 'meshport')(relation, column, tags)) }}
{% endmacro %}

{% macro duckdb__set_tags(relation, column, tags) %}
  {% set rows = [] %}
  {% for key, value in tags.items() %}
    {% set cells = meshport.duckdb__literals([relation.schema, relation.identifier, column or '', key, value]) %}
    {% do rows.append('(' ~ (cells | join(', ')) ~ ')') %}
  {% endfor %}
  {{ return([] if not rows else meshport.statements([['set tags',
    'insert or replace into ' ~ (meshport.duckdb__identifiers([relation.database]) | first)
    ~ '.meshport.tags values ' ~ (rows | join(', '))
  ]])) }}
{% endmacro %}

{% macro databricks__set_tags(relation, column, tags, step='set tags', pinned=false) %}
  {% set pairs = [] %}
  {% for key, value in tags.items() %}
    {% do pairs.append(meshport.databricks__literals([key, value]) | join(' = ')) %}
  {% endfor %}
  {{ return([] if not pairs else meshport.statements([[step,
    meshport.databricks__alter(relation, column) ~ ' set tags (' ~ (pairs | join(', ')) ~ ')'
  ]], pinned=pinned)) }}
{% endmacro %}

{% macro default__set_tags(relation, column, tags) %}
  {{ return(meshport.no_body('set_tags')) }}
{% endmacro %}
