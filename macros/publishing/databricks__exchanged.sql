{# `build` takes the value of `previous_build` and the other way round, for each of them. #}
{% macro databricks__exchanged(properties) %}
  {% set exchanged = {} %}
  {% for key in properties if not key.startswith('previous_') %}
    {% do exchanged.update({key: properties.get('previous_' ~ key), 'previous_' ~ key: properties[key]}) %}
  {% endfor %}
  {% for key in properties if key.startswith('previous_') and key[9:] not in properties %}
    {% do exchanged.update({key[9:]: properties[key], key: none}) %}
  {% endfor %}
  {{ return(exchanged) }}
{% endmacro %}
