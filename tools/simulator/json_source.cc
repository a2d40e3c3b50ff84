// Boost.JSON's own source: header-only libraries need it compiled once.
#include <boost/json/src.hpp>
