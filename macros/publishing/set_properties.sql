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

{# They are tags: information_schema returns them for all ports at once. #}
{% macro databricks__set_properties(relation, properties) %}
  {% set tags = {} %}
  {% set gone = [] %}
  {% for key, value in properties.items() %}
    {% if value is none %}
      {% do gone.append('meshport_' ~ key) %}
    {% else %}
      {% do tags.update({'meshport_' ~ key: value}) %}
    {% endif %}
  {% endfor %}
  {{ return(
    meshport.databricks__set_tags(relation, none, tags, 'set properties', pinned='@@pin@@' in tags.values())
    + meshport.databricks__unset_tags(relation, none, gone, 'remove properties')
  ) }}
{% endmacro %}

{% macro default__set_properties(relation, properties) %}
  {{ return(meshport.no_body('set_properties')) }}
{% endmacro %}
