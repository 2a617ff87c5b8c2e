{# A view cannot take the place of a table, nor a table that of a view, without a moment in which neither is there. #}
{% macro databricks__refuse_other_kind(port) %}
  {% if port.standing and (port.standing.is_view | default(false)) != (port.mode == 'view') %}
    {% do exceptions.raise_compiler_error(
      'the port ' ~ port.target.identifier ~ ' is a ' ~ ('view' if port.standing.is_view else 'table') ~ ' and shall be a '
      ~ ('view' if port.mode == 'view' else 'table') ~ ': retire the port first, or give it a new version'
    ) %}
  {% endif %}
{% endmacro %}
