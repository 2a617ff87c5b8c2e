{# Which classifications may be published as they are is said by the standards, which dbt does not read: here every
   classification asks for a mask. #}
{% macro refuse_unmasked(port) %}
  {% set model = meshport.model_of(port) %}
  {% if not model %}
    {% do exceptions.raise_compiler_error(
      'no model of this project is ' ~ meshport.relation_name(port.source) ~ ', so its classifications are not known: '
      ~ 'correct the source or the unique_id of the port, or say unmasked_ok: true'
    ) %}
  {% endif %}
  {% set masked = [] %}
  {% for column in port.columns if column.mask %}
    {% do masked.append(column.name | lower) %}
  {% endfor %}
  {% for column in model.columns.values() %}
    {% set meta = (column.config or {}).meta or column.meta or {} %}
    {% set published = port.columns | map(attribute='name') | map('lower') | list %}
    {% if meta.classification and column.name | lower in published and column.name | lower not in masked %}
      {% do exceptions.raise_compiler_error(
        'the column ' ~ column.name ~ ' is classified ' ~ meta.classification
        ~ ' and the port gives it no mask: add one, or say unmasked_ok: true'
      ) %}
    {% endif %}
  {% endfor %}
{% endmacro %}
