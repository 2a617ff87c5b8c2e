{# Its name holds a digest of its body, so that it is made once and never changed. #}
{% macro databricks__create_function(function) %}
  {% set name = meshport.databricks__relation_name(function.function) %}
  {% if function.mask %}
    {% set comment = meshport.databricks__literals(['meshport: the mask ' ~ function.mask.name ~ ' (' ~ function.mask.method ~ ')']) | first %}
    {{ return(
      'create function if not exists ' ~ name ~ '(value ' ~ function.data_type ~ ')\nreturns ' ~ function.data_type
      ~ '\ncomment ' ~ comment ~ '\nreturn ' ~ meshport.databricks__masked_value(function.mask, function.data_type)
    ) }}
  {% endif %}
  {% set names = meshport.databricks__identifiers(function.columns | map(attribute='name')) %}
  {% set parameters = [] %}
  {% for column in function.columns %}
    {% do parameters.append(names[loop.index0] ~ ' ' ~ column.data_type) %}
  {% endfor %}
  {{ return(
    'create function if not exists ' ~ name ~ '(' ~ (parameters | join(', ')) ~ ")\nreturns boolean\ncomment 'meshport: a row filter'"
    ~ '\nreturn (\n' ~ function.predicate ~ '\n)'
  ) }}
{% endmacro %}
