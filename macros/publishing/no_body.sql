{% macro no_body(name) %}
  {% do exceptions.raise_compiler_error(
    'meshport.' ~ name ~ ' has no body for the adapter ' ~ adapter.type() ~ '. A project may define the macro '
    ~ adapter.type() ~ '__' ~ name ~ ' with the same arguments.'
  ) %}
{% endmacro %}
