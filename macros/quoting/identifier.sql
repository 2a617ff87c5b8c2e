{% macro identifier(name) %}
  {{ return(meshport.identifiers([name]) | first) }}
{% endmacro %}
