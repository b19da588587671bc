import { Body, Controller, Get, HttpCode, Inject, Param, Post, StreamableFile } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { ApiExcludeController } from '@nestjs/swagger';
import { DomainError } from '../../common/errors/domain-error.js';
import { assertExtension } from '../../common/extension.js';
import { telephonyConfig } from '../../config/namespaces/telephony.config.js';
import { toneWav } from '../../simulator/recordings/tone-wav.js';
import { ExtensionDirectory } from '../agents/extensions/extension-directory.service.js';
import { Access } from '../auth/access.decorator.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CurrentAgent } from '../auth/current-agent.decorator.js';
import { PlayScenarioRequest, type PlayedScenarioDto, type ScenarioListDto } from './development.dto.js';
import { SampleCustomers } from './samples/sample-customers.service.js';
import { MOST_PLAYED, ScenarioPlayer } from './scenario-player.service.js';
import { SCENARIOS, TALK_SECONDS } from './scenarios.js';

const RECORDING_FILE = /^([\w-]{1,100})\.wav$/u;

/** Not there in production, and no part of the described API. */
@ApiExcludeController()
@Controller('telephony/development')
export class DevelopmentController {
  constructor(
    private readonly player: ScenarioPlayer,
    private readonly samples: SampleCustomers,
    private readonly directory: ExtensionDirectory,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  @Get('scenarios')
  @Access('staff')
  list(): ScenarioListDto {
    return {
      scenarios: SCENARIOS,
      playing: this.player.count,
      most: MOST_PLAYED,
      hasSamples: this.samples.areWanted,
    };
  }

  /** Answers when the first webhook was answered; the call goes on by itself. */
  @Post('scenarios')
  @HttpCode(202)
  @Access('staff')
  async play(
    @CurrentAgent() agent: AgentIdentity,
    @Body() { scenario, extension: asked }: PlayScenarioRequest,
  ): Promise<PlayedScenarioDto> {
    const extension = asked ?? this.extensionOf(agent);
    assertExtension(extension, 'extension', this.config.extensions);
    await this.samples.create();
    const { callId, customerNumber, first } = await this.player.play(scenario, extension);
    return { scenario, externalCallId: callId, extension, customerNumber, status: first.status };
  }

  /** As a PBX serves them: whoever knows the address of a recording gets it. */
  @Get('recordings/:file')
  @Access('public')
  recording(@Param('file') file: string): StreamableFile {
    const name = RECORDING_FILE.exec(file)?.[1];
    if (name === undefined) throw new DomainError('RECORDING_NOT_FOUND', 'There is no such recording');
    return new StreamableFile(toneWav(name, TALK_SECONDS), { type: 'audio/wav' });
  }

  /** @throws DomainError VALIDATION_FAILED when the user has none */
  private extensionOf({ userId, extension }: AgentIdentity): string {
    const own = extension ?? this.directory.extensionsOf(userId)[0];
    if (own !== undefined) return own;
    throw new DomainError('VALIDATION_FAILED', 'You hold no extension: name the one where it shall ring', [
      { field: 'extension', problem: 'is required of users who hold none', rule: 'required' },
    ]);
  }
}
