{# A view cannot take the place of a table, nor a table that of a view, without a moment in which neither is there; and no
   table becomes a shallow clone. #}
{% macro databricks__refuse_other_kind(port) %}
  {% set standing = port.standing or {} %}
  {% set is = 'view' if standing.is_view else 'clone' if standing.is_clone else 'table' %}
  {% set shall = port.mode if port.mode in ['view', 'clone'] else 'table' %}
  {% if port.standing and is != shall and not (is == 'clone' and shall == 'table') %}
    {% do exceptions.raise_compiler_error(
      'the port ' ~ port.target.identifier ~ ' is a ' ~ is ~ ' and shall be a ' ~ shall
      ~ (': keep `port_mode: copy`, retire' if shall == 'clone' and is == 'table' else ': retire') ~ ' the port first, or give it a new version'
    ) %}
  {% endif %}
{% endmacro %}
