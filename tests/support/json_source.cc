// Debian has no library of Boost.JSON: this is it.
#include <boost/json/src.hpp>
