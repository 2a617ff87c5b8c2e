{% macro relation_name(relation) %}
  {{ return(adapter.dispatch('relation_name', 'meshport')(relation)) }}
{% endmacro %}

{% macro duckdb__relation_name(relation) %}
  {{ return(meshport.duckdb__identifiers([relation.database, relation.schema, relation.identifier]) | join('.')) }}
{% endmacro %}

{% macro databricks__relation_name(relation) %}
  {{ return(meshport.databricks__identifiers([relation.database, relation.schema, relation.identifier]) | join('.')) }}
{% endmacro %}

{% macro default__relation_name(relation) %}
  {{ return(meshport.no_body('relation_name')) }}
{% endmacro %}
