/* rltools.cpp - RLtools' own loops on its own Pendulum, timed: prints environment steps and the processor seconds that they
 * took, without what was done before the first. compare.py compiles it against the headers in RLtools' wheel with the flags
 * that the wheel's own compiler script has, once for each of PPO_RELU, PPO_TANH and SAC.
 *
 * The settings are the ones that bench_ppo and bench_sac give baud. PPO: as in RLtools' zoo for Pendulum-v1 (nets of 32-32,
 * an epoch, discount .9, initial deviation 2, no entropy, observations normalised at the start), with 64 environments and
 * batches of 1,024; by the zoo's fast tanh, or by rectifiers, RLtools' default. SAC: the zoo's, with one environment.
 */
#include <cstdio>
#include <ctime>

#include <rl_tools/operations/cpu_mux.h>

#include <rl_tools/nn/optimizers/adam/instance/operations_generic.h>
#include <rl_tools/nn/operations_cpu_mux.h>
#include <rl_tools/nn/layers/sample_and_squash/operations_generic.h>
#include <rl_tools/nn/layers/standardize/operations_generic.h>
#include <rl_tools/nn/layers/td3_sampling/operations_generic.h>
#include <rl_tools/nn_models/mlp_unconditional_stddev/operations_generic.h>
#include <rl_tools/nn_models/mlp/operations_generic.h>
#include <rl_tools/nn_models/random_uniform/operations_generic.h>
#include <rl_tools/nn_models/sequential/operations_generic.h>
#include <rl_tools/nn/optimizers/adam/operations_generic.h>

#include <rl_tools/rl/environments/pendulum/operations_cpu.h>
#ifdef SAC
#include <rl_tools/rl/algorithms/sac/loop/core/config.h>
#include <rl_tools/rl/algorithms/sac/loop/core/operations_generic.h>
#else
#include <rl_tools/rl/algorithms/ppo/loop/core/config.h>
#include <rl_tools/rl/algorithms/ppo/loop/core/operations_generic.h>
#endif

namespace rlt = rl_tools;
using device_type = rlt::devices::DEVICE_FACTORY<>;
using random_type = device_type::SPEC::RANDOM::ENGINE<>;
using index_type = device_type::index_t;
using numbers = rlt::numeric_types::Policy<float>;
using pendulum = rlt::rl::environments::Pendulum<rlt::rl::environments::pendulum::Specification<float, index_type>>;

#ifdef SAC
constexpr index_type STEPS = 10000, STEPS_A_LOOP = 1;
struct settings : rlt::rl::algorithms::sac::loop::core::DefaultParameters<numbers, index_type, pendulum> {
  struct SAC_PARAMETERS : rlt::rl::algorithms::sac::DefaultParameters<numbers, index_type, pendulum::ACTION_DIM> {
    static constexpr index_type ACTOR_BATCH_SIZE = 100, CRITIC_BATCH_SIZE = 100;
  };
  static constexpr index_type STEP_LIMIT = STEPS, REPLAY_BUFFER_CAP = STEPS;
  static constexpr index_type ACTOR_HIDDEN_DIM = 64, CRITIC_HIDDEN_DIM = 64, ACTOR_NUM_LAYERS = 3, CRITIC_NUM_LAYERS = 3;
};
using config = rlt::rl::algorithms::sac::loop::core::Config<numbers, index_type, random_type, pendulum, settings>;
#else
#ifdef PPO_TANH
constexpr auto ACTIVATION = rlt::nn::activation_functions::ActivationFunction::FAST_TANH;
#else
constexpr auto ACTIVATION = rlt::nn::activation_functions::ActivationFunction::RELU;
#endif
constexpr index_type LANES = 64, HORIZON = 128, BATCH = 1024, STEPS_A_LOOP = LANES * HORIZON;
struct settings : rlt::rl::algorithms::ppo::loop::core::DefaultParameters<numbers, index_type, pendulum> {
  static constexpr index_type STEP_LIMIT = 2000000 / STEPS_A_LOOP;
  static constexpr index_type N_ENVIRONMENTS = LANES, ON_POLICY_RUNNER_STEPS_PER_ENV = HORIZON, BATCH_SIZE = BATCH;
  static constexpr index_type DATASET_SIZE = STEPS_A_LOOP;
  static constexpr index_type ACTOR_HIDDEN_DIM = 32, CRITIC_HIDDEN_DIM = 32;
  static constexpr auto ACTOR_ACTIVATION_FUNCTION = ACTIVATION, CRITIC_ACTIVATION_FUNCTION = ACTIVATION;
  static constexpr index_type EPISODE_STEP_LIMIT = pendulum::EPISODE_STEP_LIMIT;
  static constexpr bool NORMALIZE_OBSERVATIONS = true;
  struct PPO_PARAMETERS : rlt::rl::algorithms::ppo::DefaultParameters<numbers, index_type, BATCH> {
    static constexpr index_type N_EPOCHS = 1;
    static constexpr float ACTION_ENTROPY_COEFFICIENT = 0.0f, GAMMA = 0.9f, INITIAL_ACTION_STD = 2.0f;
  };
};
using config = rlt::rl::algorithms::ppo::loop::core::Config<numbers, index_type, random_type, pendulum, settings>;
#endif

int main() {
  device_type device;
  static config::State<config> state;
  rlt::malloc(device, state);
  rlt::init(device, state, 1);
  std::clock_t began = std::clock();
  while (!rlt::step(device, state)) continue;
  double took = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("%.0f %.6f\n", static_cast<double>(settings::STEP_LIMIT) * STEPS_A_LOOP, took);
  return 0;
}
