{% macro databricks__standing_masks(port) %}
  {% set masks = {} %}
  {% for column, function in ((port.standing or {}).masks or {}).items() %}
    {% do masks.update({column | lower: function | lower}) %}
  {% endfor %}
  {{ return(masks) }}
{% endmacro %}
