{% macro read_tags(zone) %}
  {{ return(adapter.dispatch('read_tags', 'meshport')(zone)) }}
{% endmacro %}

{% macro duckdb__read_tags(zone) %}
  {{ return([] if not zone.schemas else meshport.statements([['read tags',
    "select schema_name, relation, nullif(column_name, '') as column_name, key, value from "
    ~ (meshport.duckdb__identifiers([zone.database]) | first) ~ '.meshport.tags where schema_name in ('
    ~ (meshport.duckdb__literals(zone.schemas) | join(', ')) ~ ') order by all'
  ]], expect='rows')) }}
{% endmacro %}

{% macro default__read_tags(zone) %}
  {{ return(meshport.no_body('read_tags')) }}
{% endmacro %}
