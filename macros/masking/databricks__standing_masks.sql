{# What hides columns of the port as it stands, by column: functions (`masks`) or values of the tag (`mask_tags`). #}
{% macro databricks__standing_masks(port, of='masks') %}
  {% set found = {} %}
  {% for column, hiding in ((port.standing or {}).get(of) or {}).items() %}
    {% do found.update({column | lower: hiding | lower}) %}
  {% endfor %}
  {{ return(found) }}
{% endmacro %}
