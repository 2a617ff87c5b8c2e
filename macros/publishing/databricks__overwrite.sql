{% macro databricks__overwrite(relation, source, columns) %}
  {{ return(meshport.statements([['overwrite ' ~ relation.identifier,
    'insert overwrite ' ~ meshport.databricks__relation_name(relation) ~ ' by name\nselect ' ~ columns
    ~ '\nfrom ' ~ meshport.databricks__relation_name(source)
  ]])) }}
{% endmacro %}
