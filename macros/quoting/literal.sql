{% macro literal(value) %}
  {{ return(meshport.literals([value]) | first) }}
{% endmacro %}
