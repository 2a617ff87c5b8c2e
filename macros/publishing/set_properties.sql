{% macro set_properties(relation, properties) %}
  {{ return(adapter.dispatch('set_properties', 'meshport')(relation, properties)) }}
{% endmacro %}

{% macro duckdb__set_properties(relation, properties) %}
  {% set rows = [] %}
  {% for key, value in properties.items() %}
    {% set cells = meshport.duckdb__literals([relation.schema, relation.identifier, key, value]) %}
    {% do rows.append('(' ~ (cells | join(', ')) ~ ')') %}
  {% endfor %}
  {{ return([] if not rows else meshport.statements([['set properties',
    'insert or replace into ' ~ (meshport.duckdb__identifiers([relation.database]) | first)
    ~ '.meshport.properties values ' ~ (rows | join(', '))
  ]])) }}
{% endmacro %}

{% macro default__set_properties(relation, properties) %}
  {{ return(meshport.no_body('set_properties')) }}
{% endmacro %}
