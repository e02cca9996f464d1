/* compose.c - see compose.h: the list of what there is.
 */
#include "compose/compose.h"

#include "compose/units.h"

const baud_unit *const compose_units[COMPOSE_UNITS] = {&demonstrator_unit, &lifetime_unit, &told_unit, &toolbox_unit, &window_unit};

const baud_library compose_library = {
    .size = BAUD_SIZE(baud_library), .layout = BAUD_LAYOUT, .vendor = "baud", .version = "1.0", .license = "MIT"};

const void *compose_extension(const baud_unit *unit, const void *model, const char *id) {
  if (!unit->extension) return NULL;
  const baud_instance *instance = unit->extension("baud.instance/1");
  return instance && instance->extension ? instance->extension(model, id) : unit->extension(id);
}
