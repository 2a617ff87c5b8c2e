{% macro refuse_no_columns(port) %}
  {% if not port.columns %}
    {% do exceptions.raise_compiler_error('the port ' ~ port.target.identifier ~ ' declares no columns') %}
  {% endif %}
{% endmacro %}
